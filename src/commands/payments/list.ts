import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

const statuses = ['pending', 'paid', 'partially_refunded', 'refunded', 'expired', 'failed', 'review'] as const

export const list = defineList({
  name: 'list',
  description: 'Payments, newest first.',
  options: [
    { flags: '--status <status>', description: 'only these', choices: statuses },
    { flags: '--session <session>', description: 'of one session (UUID or code)' },
    { flags: '--user <id>', description: 'of one buyer (UUID)' },
    { flags: '--since <time>', description: 'made since then: ISO 8601, -2h, yesterday' },
  ],
  input: z.object({
    status: z.enum(statuses).optional(),
    session: z.string().optional(),
    user: z.uuid().optional(),
    since: z.string().optional(),
  }),
  examples: ['laku payments list --status review', 'laku payments list --since yesterday --csv'],
  empty: 'No payments. Try fewer filters or a longer --since; each order and each join makes one.',
  run: async (context, { status, session, user, since }, page) => {
    const { getSession } = await import('../../domain/group-buying/list.ts')
    const { listPayments } = await import('../../domain/payment/payments/list.ts')
    const createdSince = since === undefined ? undefined : await context.instant(since, '--since')
    return await context.read(async ({ tx }) => {
      const sessionId = session && (await getSession(tx, session, { withDrafts: true })).id
      return await listPayments(tx, { status, sessionId, userId: user, createdSince, ...page })
    })
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    {
      name: 'wallet_idr',
      heading: 'from the wallet',
      kind: 'idr',
      spare: true,
      value: (row) => row.walletIdr,
    },
    { name: 'method', spare: true, value: (row) => row.method },
    { name: 'channel', spare: true, value: (row) => row.channel },
    { name: 'created_at', kind: 'time', value: (row) => row.createdAt },
    { name: 'paid_at', kind: 'time', value: (row) => row.paidAt },
  ],
})
