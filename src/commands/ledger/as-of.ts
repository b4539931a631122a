import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { balanceColumns, balancePage } from './balance-rows.ts'

export const asOf = defineList({
  name: 'as-of',
  description:
    'Show the account balances at a past time: the accounts of the company, and each family of accounts as a sum.',
  args: [
    {
      name: 'time',
      description: 'the time: ISO 8601, a date (midnight in Jakarta), -2h, yesterday',
      isTime: true,
    },
  ],
  options: [
    {
      flags: '--account <accounts...>',
      description:
        'only these accounts, like gateway, escrow:<session id>, or "wallet:*" for all of a family',
    },
  ],
  input: z.object({ time: z.string(), account: z.array(z.string()).default([]) }),
  examples: ['laku ledger as-of 2026-11-20', 'laku ledger as-of -2h --account gateway "escrow:*" --csv'],
  run: async (context, { time, account }, page) => {
    const { balancesAt } = await import('../../domain/ledger/balances-at.ts')
    const instant = await context.instant(time, 'time')
    const all = await context.read(({ tx }) => balancesAt(tx, instant, account))
    return balancePage(all, page)
  },
  columns: balanceColumns,
  cursor: z.string(),
  empty:
    'Nothing was posted to these accounts before that time. laku ledger balances shows the present balances.',
})
