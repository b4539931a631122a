import { sql } from 'kysely'
import type { Rupiah, Tx } from '../kernel/index.ts'

export interface BalanceAt {
  /** The key of a ledger account, or `escrow:*` for a whole family of accounts. */
  account: string
  /** The kind of the ledger account; null for a family of accounts. */
  kind: string | null
  accounts: number
  /**
   * The balance of the ledger account. The usual side of the account's kind counts as positive: for an asset
   * the debit side, for a liability the credit side.
   */
  balanceIdr: Rupiah
}

/**
 * Returns the balances of ledger accounts at an instant. It lists the named accounts (`escrow:*` names a
 * whole family); without names, all company-wide accounts, and the sum of each family.
 *
 * The balances are summed from the entries alone, never read from stored balances. A transaction counts from
 * the instant at which it happened, not from when it was written.
 */
export async function balancesAt(tx: Tx, instant: Date, named: readonly string[] = []): Promise<BalanceAt[]> {
  const families = named.filter((name) => name.endsWith(':*')).map((name) => name.slice(0, -2))
  const isNamed = sql`(a.key = any(${[...named]}::text[]) or split_part(a.key, ':', 1) = any(${families}::text[]) and position(':' in a.key) > 0)`
  const which = named.length > 0 ? isNamed : sql`true`
  const group =
    named.length > 0
      ? sql`a.key`
      : sql`case when position(':' in a.key) > 0 then split_part(a.key, ':', 1) || ':*' else a.key end`
  const { rows } = await sql<BalanceAt>`
    with held as (
      select e.account_id, sum(e.amount_idr) as total_idr
      from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
      join ledger_accounts a on a.id = e.account_id
      where t.occurred_at <= ${instant} and ${which}
      group by e.account_id
    )
    select ${group} as account, case when count(*) = 1 and not bool_or(${group} like '%:*') then min(a.kind) end as kind,
      count(*)::int as accounts,
      sum(case when a.kind in ('asset', 'expense') then 1 else -1 end * h.total_idr)::int8 as balance_idr
    from held h join ledger_accounts a on a.id = h.account_id
    group by 1 order by position(':*' in ${group}) > 0, 1`.execute(tx)
  return rows
}
