import { type RawBuilder, sql } from 'kysely'
import { unorderedParticipantStates } from '../../group-buying/index.ts'
import type { Tx } from '../../kernel/index.ts'
import { finalStates, inSql, openStates } from '../../kernel/index.ts'
import { balanceIdr, walletAccount } from '../../ledger/index.ts'
import { shipmentTransitions } from '../../logistics/index.ts'
import { closedStates } from '../../order/index.ts'
import { awaitedStates, isAwaitedRefund, refundTransitions } from '../../payment/index.ts'
import {
  bankBatchTransitions,
  failedPayoutStates,
  movingStates,
  pendingPayoutStates,
} from '../../payout/index.ts'
import { waitingSuspenseStates } from '../../suspense/index.ts'
import { pendingWithdrawalStates } from '../../wallet/index.ts'

/**
 * The open payments, refunds and other things that keep a user from being deleted, each with how many there
 * are.
 */
export type OpenThings = Partial<
  Record<
    | 'payments'
    | 'refunds'
    | 'refundsAtProvider'
    | 'linesAtProvider'
    | 'quarantined'
    | 'suspense'
    | 'claims'
    | 'bankTransfers'
    | 'withdrawals'
    | 'payoutsAtProvider'
    | 'orders'
    | 'parcels'
    | 'returns'
    | 'places'
    | 'adjustments'
    | 'balanceIdr',
    number
  >
>

/** Counts a user's open payments, refunds and other things in all domains; empty if nothing is open. */
export async function openThings(tx: Tx, userId: string): Promise<OpenThings> {
  const count = (from: RawBuilder<unknown>) => sql`(select count(*)::int from ${from})`
  const { rows } = await sql<Required<OpenThings>>`
    select
      ${count(sql`payments where user_id = ${userId} and status in ${inSql(awaitedStates)}`)} as payments,
      ${count(sql`refunds r join payments y on y.id = r.payment_id
        where y.user_id = ${userId} and r.status in ${inSql(openStates(refundTransitions))}`)} as refunds,
      ${count(sql`provider_refunds f join refunds r on r.id = f.refund_id join payments y on y.id = r.payment_id
        where y.user_id = ${userId} and ${isAwaitedRefund} and r.status in ${inSql(finalStates(refundTransitions))}`)} as refunds_at_provider,
      ${count(sql`provider_lines l where exists (
        select from payments y left join refunds r on r.payment_id = y.id
        where y.user_id = ${userId} and (l.line ->> 'referenceId' = y.code or l.line ->> 'paymentLinkId' = y.provider_invoice_id
          or l.line ->> 'productId' in (y.provider_invoice_id, y.provider_payment_id, y.provider_payment_request_id, r.provider_refund_id))
        union all
        select from payouts o where o.user_id = ${userId}
          and (l.line ->> 'referenceId' = o.key or l.line ->> 'productId' = o.provider_payout_id))`)} as lines_at_provider,
      ${count(sql`quarantined_money q join payments y on y.id = q.payment_id
        where y.user_id = ${userId} and q.status = 'waiting'`)} as quarantined,
      ${count(sql`suspense_items where user_id = ${userId} and status in ${inSql(waitingSuspenseStates)}`)} as suspense,
      ${count(sql`payments y where y.user_id = ${userId} and y.charged_back_idr > 0 and (
        select coalesce(sum(e.amount_idr), 0) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
        where t.subject_id = y.id and e.account_id = (select id from ledger_accounts where key = 'buyer-claims')) <> 0`)} as claims,
      ${count(sql`payouts o join withdrawals w on w.id = o.subject_id join bank_batches b on b.id = o.batch_id
        where w.user_id = ${userId} and o.status in ${inSql(pendingPayoutStates)} and b.status in ${inSql(openStates(bankBatchTransitions))}`)} as bank_transfers,
      ${count(sql`withdrawals where user_id = ${userId} and status in ${inSql(pendingWithdrawalStates)}`)} as withdrawals,
      ${count(sql`payouts o join withdrawals w on w.id = o.subject_id
        where w.user_id = ${userId} and o.status in ${inSql(failedPayoutStates)} and o.provider_status = any(${movingStates})`)} as payouts_at_provider,
      ${count(sql`orders where user_id = ${userId} and status not in ${inSql(closedStates)}`)} as orders,
      ${count(sql`shipments where user_id = ${userId} and status in ${inSql(openStates(shipmentTransitions))}
        and status <> 'pending'`)} as parcels,
      ${count(sql`order_returns where user_id = ${userId} and status = 'requested'`)} as returns,
      ${count(sql`group_participants where user_id = ${userId} and status in ${inSql(unorderedParticipantStates)}`)} as places,
      ${count(sql`wallet_adjustments where user_id = ${userId} and status = 'requested'`)} as adjustments
  `.execute(tx)
  const all: OpenThings = { ...rows[0], balanceIdr: await balanceIdr(tx, walletAccount(userId)) }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0))
}
