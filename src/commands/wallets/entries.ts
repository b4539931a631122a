import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { userArgument, userIdOf, userInput } from './user.ts'

export const entries = defineList({
  name: 'entries',
  description: 'List the money that came into a wallet and left it, newest first.',
  args: [userArgument],
  input: z.object(userInput),
  cursor: z.string().regex(/^\d{1,15}$/, 'the next_cursor of the page before'),
  empty:
    'No entries: no refund, rebate or goodwill came into this wallet yet. Give goodwill with laku wallets adjust.',
  run: async (context, { user }, page) => {
    const { listEntriesOf } = await import('../../domain/wallet/list-entries.ts')
    return await context.read(async ({ tx }) => await listEntriesOf(tx, await userIdOf(tx, user), page))
  },
  columns: [
    { name: 'id', kind: 'number', value: (row) => Number(row.id) },
    { name: 'kind', value: (row) => row.kind },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    { name: 'occurred_at', kind: 'time', value: (row) => row.occurredAt },
  ],
})
