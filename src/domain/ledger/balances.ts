import { sql } from 'kysely'
import type { Rupiah, Tx } from '../kernel/index.ts'
import type { AccountKey } from './accounts.ts'

export interface AccountBalance {
  account: string
  kind: string
  /**
   * The balance of the ledger account. The usual side of the account's kind counts as positive: for an asset
   * the debit side, for a liability the credit side.
   */
  balanceIdr: Rupiah
}

const balanceOf = sql<number>`
  (case when a.may_go_negative then
    case when a.kind in ('asset', 'expense') then 1 else -1 end * (
      coalesce(s.balance_idr, 0) + coalesce((
        select sum(e.amount_idr) from ledger_entries e
        where e.account_id = a.id and e.seq > coalesce(s.through_seq, 0)), 0))
  else (select b.balance_idr from ledger_balances b where b.account_id = a.id) end)::int8`

/**
 * Returns the balances of the named ledger accounts. Without names, returns those of all accounts outside of
 * families (`gateway`, not `wallet:…`).
 */
export async function balances(tx: Tx, keys?: readonly AccountKey[]): Promise<AccountBalance[]> {
  const which = keys ? sql`a.key = any(${[...keys]})` : sql`position(':' in a.key) = 0`
  const { rows } = await sql<AccountBalance>`
    select a.key as account, a.kind, ${balanceOf} as balance_idr
    from ledger_accounts a
    left join lateral (
      select balance_idr, through_seq from ledger_snapshots s where s.account_id = a.id order by through_seq desc limit 1
    ) s on true
    where ${which} order by a.key`.execute(tx)
  return rows
}

/** Returns the balance of one ledger account; 0 if nothing was ever posted to the account. */
export async function balanceIdr(tx: Tx, key: AccountKey): Promise<Rupiah> {
  const [row] = await balances(tx, [key])
  return row?.balanceIdr ?? 0
}

/** Returns, for each family of ledger accounts, the number of its accounts and the sum of their balances. */
export async function familyTotals(
  tx: Tx,
): Promise<{ family: string; accounts: number; balanceIdr: Rupiah }[]> {
  const { rows } = await sql<{ family: string; accounts: number; balanceIdr: Rupiah }>`
    select split_part(a.key, ':', 1) as family, count(*)::int as accounts, coalesce(sum(${balanceOf}), 0)::int8 as balance_idr
    from ledger_accounts a
    left join lateral (
      select balance_idr, through_seq from ledger_snapshots s where s.account_id = a.id order by through_seq desc limit 1
    ) s on true
    where position(':' in a.key) > 0 group by 1 order by 1`.execute(tx)
  return rows
}
