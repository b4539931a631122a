import { sql } from 'kysely'
import { type Check, checkOf } from '../kernel/index.ts'

/** The checks of the invariants of outgoing money: numbers 4 and 7 in the list of laku's invariants. */
export const payoutChecks: readonly Check[] = [
  {
    name: 'payouts-in-flight equals the sum of the submitted payouts',
    violations: async (tx) => {
      const { rows } = await sql<{ line: string }>`
        select format('payouts-in-flight holds %s, its payouts say %s', b.held, p.due) as line
        from (
          select coalesce(sum(b.balance_idr), 0) as held
          from ledger_accounts a join ledger_balances b on b.account_id = a.id where a.key = 'payouts-in-flight'
        ) b cross join (select coalesce(sum(amount_idr), 0) as due from payouts where status = 'submitted' and route = 'provider') p
        where b.held <> p.due`.execute(tx)
      return rows.map((row) => row.line)
    },
  },
  {
    name: 'bank-transfers-in-flight equals the sum of the open lines of batches',
    violations: async (tx) => {
      const { rows } = await sql<{ line: string }>`
        select format('bank-transfers-in-flight holds %s, its lines say %s', b.held, p.due) as line
        from (
          select coalesce(sum(b.balance_idr), 0) as held
          from ledger_accounts a join ledger_balances b on b.account_id = a.id where a.key = 'bank-transfers-in-flight'
        ) b cross join (
          select coalesce(sum(amount_idr), 0) as due from payouts where status = 'submitted' and route = 'bank'
        ) p
        where b.held <> p.due`.execute(tx)
      return rows.map((row) => row.line)
    },
  },
  checkOf(
    'every bank transfer that was paid has a bank reference',
    sql<{ line: string }>`
      select format('%s is paid by the bank, and no bank reference says so', p.key) as line
      from payouts p
      where p.route = 'bank' and p.status = 'succeeded' and not exists (
        select from bank_references r
        where r.subject_kind = 'payout' and r.subject_id = p.id::text or r.subject_kind = 'bank_batch' and r.subject_id = p.batch_id::text)
      limit 10`,
  ),
]
