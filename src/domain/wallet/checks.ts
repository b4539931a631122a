import { sql } from 'kysely'
import type { Check } from '../kernel/index.ts'

/** What is always true of wallets, besides the ledger's own checks. */
export const walletChecks: readonly Check[] = [
  {
    name: 'every wallet with money in it belongs to a user',
    violations: async (tx) => {
      const { rows } = await sql<{ line: string }>`
        select format('%s holds %s and has no wallet', a.key, b.balance_idr) as line
        from ledger_accounts a join ledger_balances b on b.account_id = a.id
        where a.key like 'wallet:%' and b.balance_idr > 0
          and not exists (select from wallets w where 'wallet:' || w.user_id = a.key)
        limit 10`.execute(tx)
      return rows.map((row) => row.line)
    },
  },
]
