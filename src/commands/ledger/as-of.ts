import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { balanceColumns, balancePage } from './balance-rows.ts'

export const asOf = defineList({
  name: 'as-of',
  description: 'What the accounts held at an instant: the company-wide ones, and each family as a sum.',
  args: [
    { name: 'time', description: 'ISO 8601, a date (its midnight in Jakarta), -2h, yesterday', isTime: true },
  ],
  options: [
    {
      flags: '--account <accounts...>',
      description: 'only these, like gateway, escrow:<session id>, or "wallet:*" for each of a family',
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
  empty: 'Nothing was posted by then to these accounts: laku ledger balances says what there is now.',
})
