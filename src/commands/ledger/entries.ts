import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

export const entries = defineList({
  name: 'entries',
  description: 'List ledger entries, newest first. Debits are above zero, credits below.',
  options: [
    {
      flags: '--account <account>',
      description: 'only of this account, like gateway or escrow:<session id>',
    },
    {
      flags: '--subject <id>',
      description: 'only entries about this payment, participant, order or refund (UUID)',
    },
    { flags: '--session <session>', description: 'only of this session (UUID or code)' },
  ],
  input: z.object({
    account: z.string().optional(),
    subject: z.uuid().optional(),
    session: z.string().optional(),
  }),
  examples: [
    'laku ledger entries --account commission --limit 20',
    'laku ledger entries --session GBS-261123-7K3QX2',
  ],
  run: async (context, { account, subject, session }, { limit, cursor }) => {
    const { listEntries } = await import('../../domain/ledger/list-entries.ts')
    const before = cursor === undefined ? undefined : Number(cursor)
    const rows = await context.read(async ({ tx }) => {
      const { getSession } = await import('../../domain/group-buying/list.ts')
      const sessionId = session && (await getSession(tx, session, { withDrafts: true })).id
      return await listEntries(tx, {
        limit: limit + 1,
        ...(account && { account }),
        ...(subject && { subjectId: subject }),
        ...(sessionId && { sessionId }),
        ...(before !== undefined && { before }),
      })
    })
    const data = rows.slice(0, limit)
    return { data, nextCursor: rows.length > limit ? String(data.at(-1)?.seq) : null }
  },
  columns: [
    { name: 'seq', kind: 'number', value: (row) => row.seq },
    { name: 'occurred_at', kind: 'time', spare: true, value: (row) => row.occurredAt },
    { name: 'key', heading: 'transaction', kind: 'code', spare: true, value: (row) => row.key },
    { name: 'account', kind: 'code', value: (row) => row.account },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
  ],
  cursor: z.string().regex(/^\d{1,15}$/, 'it takes the next_cursor of the page before'),
  empty: 'No entries. Try another account or session, or laku ledger balances.',
})
