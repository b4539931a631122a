import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/index.ts'
import { payoutTransitions } from '../../domain/payout/transitions.ts'

const statuses = statesOf(payoutTransitions)

export const list = defineList({
  name: 'list',
  description: 'List payouts to factories and users, newest first.',
  options: [
    { flags: '--status <status>', description: `only with this status: ${statuses.join(', ')}` },
    { flags: '--unknown', description: 'only payouts with unknown outcome' },
    { flags: '--waiting', description: 'only those that wait for balance at the provider' },
  ],
  input: z.object({
    status: z.enum(statuses).optional(),
    unknown: z.boolean().optional(),
    waiting: z.boolean().optional(),
  }),
  examples: ['laku payouts list --unknown', 'laku payouts list --status failed --csv'],
  empty: 'No payouts. laku settle pay and laku wallets withdrawals approve make payouts.',
  run: async (context, { status, unknown, waiting }, page) => {
    const { listPayouts } = await import('../../domain/payout/payouts/read.ts')
    return await context.read((work) => listPayouts(work, { status, unknown, waiting, ...page }))
  },
  columns: [
    { name: 'key', kind: 'code', value: (row) => row.key },
    { name: 'purpose', value: (row) => row.purpose },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    { name: 'bank', value: (row) => row.bank },
    { name: 'account', value: (row) => row.account },
    { name: 'provider_status', heading: 'provider says', value: (row) => row.providerStatus },
    { name: 'failure_code', heading: 'failure', spare: true, value: (row) => row.failureCode },
    {
      name: 'waits_since',
      heading: 'waits since',
      kind: 'time',
      spare: true,
      value: (row) => row.waitsSince,
    },
    { name: 'calls', spare: true, value: (row) => row.calls },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
    { name: 'finished_at', kind: 'time', spare: true, value: (row) => row.finishedAt },
  ],
})
