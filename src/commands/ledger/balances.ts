import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { type BalanceRow, balanceColumns, balancePage } from './balance-rows.ts'

export const balances = defineList({
  name: 'balances',
  description:
    'Show the account balances: the accounts of the company, and each family (escrow, wallets …) as a sum.',
  args: [
    {
      name: 'account',
      description: 'only these accounts, like gateway or escrow:<session id>',
      optional: true,
      variadic: true,
    },
  ],
  input: z.object({ account: z.array(z.string()).default([]) }),
  examples: ['laku ledger balances', 'laku ledger balances gateway commission --json'],
  run: async (context, { account }, page) => {
    const ledger = await import('../../domain/ledger/index.ts')
    const all = await context.read(async ({ tx }): Promise<BalanceRow[]> => {
      const named = account.length > 0
      // If the command line names an account that does not exist, this is no error: the answer just has no
      // row for it.
      const keys = named ? (account as Parameters<typeof ledger.balances>[1]) : undefined
      const singles = (await ledger.balances(tx, keys)).map((row) => ({ ...row, accounts: 1 }))
      if (named) return singles
      const families = (await ledger.familyTotals(tx)).map(({ family, accounts, balanceIdr }) => {
        return { account: `${family}:*`, kind: null, accounts, balanceIdr }
      })
      return [...singles, ...families]
    })
    return balancePage(all, page)
  },
  columns: balanceColumns,
  cursor: z.string(),
  empty: 'No such account, or nothing was posted to it yet. laku ledger balances lists all accounts.',
})
