import { sql } from 'kysely'
import type { Rupiah, Tx } from '../../kernel/index.ts'
import { walletAccount } from '../../ledger/index.ts'

/**
 * Returns how much of a user's wallet is refunded money, in rupiah, from the ledger's entries
 * (docs/adr/0013). Refunds add to the refunded money. A withdrawal takes refunded money first. Any other
 * payment from the wallet takes the other money first. It takes refunded money only if the other money is not
 * enough. Money that was held for a payment and then put back changes nothing.
 */
export async function refundedMoney(tx: Tx, userId: string): Promise<Rupiah> {
  const { rows } = await sql<{ refundedIdr: Rupiah }>`
    with moves as (
      select e.seq, -e.amount_idr as change, case
        when t.kind in ('refund.decided', 'refund.to_wallet', 'quarantine.applied') then -e.amount_idr
        when t.kind = 'withdrawal.held' then -w.refunded_idr
        when t.subject_kind = 'withdrawal' then w.refunded_idr
        else 0 end as refunded
      from ledger_entries e
      join ledger_transactions t on t.id = e.transaction_id
      left join withdrawals w on t.subject_kind = 'withdrawal' and w.id = t.subject_id
      where e.account_id = (select id from ledger_accounts where key = ${walletAccount(userId)})
        and (t.kind not in ('payment.held', 'payment.freed') or not exists (
          select from ledger_transactions f where f.key = 'payment:' || t.subject_id || ':freed'))
    ), lines as (
      select refunded, sum(change - refunded) over (order by seq) as other from moves
    )
    select greatest(0, coalesce(sum(refunded), 0) + least(0, coalesce(min(other), 0)))::int8 as refunded_idr from lines`.execute(
    tx,
  )
  return rows[0]?.refundedIdr ?? 0
}
