import { type RawBuilder, sql } from 'kysely'
import { endedSessionStates, stockedSessionStates, unendedSessionStates } from '../group-buying/index.ts'
import { type AttentionKind, finalStates, inSql, type Work } from '../kernel/index.ts'
import { shipmentTransitions, unpricedShipmentStates } from '../logistics/index.ts'
import { endAttentionWhere } from '../ops/index.ts'
import { batchedStates, endedUnfundedStates, unbookedStates } from '../order/index.ts'
import { arrivedRefundStates, isAwaitedRefund, outstandingRefundStates } from '../payment/index.ts'
import { bankBatchTransitions, pendingPayoutStates } from '../payout/index.ts'
import { failedSettlementStates, sentSettlementStates } from '../settlement/index.ts'
import { waitingSuspenseStates } from '../suspense/index.ts'
import { payingWithdrawalStates, unsentWithdrawalStates } from '../wallet/index.ts'
import { answeredPurchaseOrderStates, endedPurchaseOrderStates } from '../warehouse/index.ts'
import { deliveredMessageStates } from '../whatsapp/index.ts'

/**
 * An attention item that ends when this SQL condition is true: the cause of the item is gone. In the
 * condition, `a` is the item's row.
 */
interface GoneWhen {
  gone: RawBuilder<unknown>
  /**
   * Present if only the state of the item's subject decides whether the attention item ends. `table` is the
   * subject's table. `of` lists the states that end the item. If `not` is true, all other states end the
   * item.
   */
  states?: { table: string; of: readonly string[]; not: boolean }
}

/**
 * An attention item for which no stored data shows that its cause is gone. A person resolves the item, or the
 * command that fixes the cause does.
 */
interface ByPerson {
  person: string
}

export type AttentionEnd = GoneWhen | ByPerson

const subject = sql`a.subject_id::uuid`

/** Ends the attention item when its subject, a row of this table, is in one of these states. */
const endsIn = (table: string, ...states: string[]): GoneWhen => ({
  gone: sql`exists (select from ${sql.table(table)} t where t.id = ${subject} and t.status = any(${states}))`,
  states: { table, of: states, not: false },
})

/** Ends the attention item when its subject, a row of this table, is in none of these states any more. */
const endsUnlessIn = (table: string, ...states: string[]): GoneWhen => ({
  gone: sql`exists (select from ${sql.table(table)} t where t.id = ${subject} and t.status <> all(${states}))`,
  states: { table, of: states, not: true },
})

/**
 * Ends the attention item a day after the last failed message of its channel. The item's details hold the id
 * of that message. The parameter `id` is the name of the field that holds it.
 */
const quiet = (table: string, id: string): GoneWhen => ({
  gone: sql`coalesce((select t.updated_at from ${sql.table(table)} t where t.id = (a.details ->> ${sql.lit(id)})::uuid), a.since)
    < (select now from the_time) - interval '1 day'`,
})

/** Ends the attention item this many days after it was raised; the audit log keeps its content. */
const daysOld = (days: number): GoneWhen => ({
  gone: sql`a.since < (select now from the_time) - make_interval(days => ${sql.lit(days)})`,
})

/**
 * The condition that ends an attention item about a payment or an invoice: none of its money waits in
 * quarantine (money without a matching payment).
 */
const unquarantined: GoneWhen = {
  gone: sql`not exists (
    select from quarantined_money q
    where q.status = 'waiting' and (q.provider_invoice_id = a.subject_id or q.payment_id::text = a.subject_id))`,
}

/**
 * The condition that ends an attention item about an order: its parcel is booked or on its way, or the order
 * needs no parcel.
 */
const parcelGoes: GoneWhen = {
  gone: sql`exists (
    select from orders o where o.id = ${subject} and (o.status not in ${inSql(unbookedStates)} or exists (
      select from shipments s where s.order_id = o.id and s.status not in ${inSql(unpricedShipmentStates)})))`,
}

/**
 * The condition that ends an attention item about a session without goods. It holds if a purchase order was
 * made for the session after the item was raised, and was not cancelled. It also holds if the session needs
 * no purchase order any more.
 */
const goodsComing: GoneWhen = {
  gone: sql`exists (
    select from group_buying_sessions s where s.id = ${subject} and (s.status = any(${[...stockedSessionStates]}) or exists (
      select from warehouse_purchase_orders p where p.session_id = s.id and p.created_at >= a.since and p.status <> 'cancelled')))`,
}

/**
 * The condition under which each kind of attention item ends without a person. Many use cases end their own
 * items at once (`endAttention`). If the cause of an item goes away without such a use case, the condition
 * here ends the item.
 */
export const attentionEnds: Record<AttentionKind, AttentionEnd> = {
  buyer_owes: {
    gone: sql`coalesce((
      select sum(e.amount_idr) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
      join ledger_accounts l on l.id = e.account_id where t.subject_id = ${subject} and l.key = 'buyer-claims'), 0) = 0`,
  },
  bank_account_waits: endsUnlessIn('factory_bank_accounts', 'pending'),
  books_differ: {
    gone: sql`exists (select from reconciliations r where r.status = 'agrees' and r.finished_at > a.since)`,
  },
  bank_batch_unconfirmed: endsIn('bank_batches', ...finalStates(bankBatchTransitions)),
  chargeback_ambiguous: {
    gone: sql`exists (select from chargebacks c where c.provider_transaction_id = a.subject_id)`,
  },
  closing_stuck: {
    gone: sql`exists (select from users u where u.id = ${subject} and u.closing_since is null)`,
  },
  dispute_open: {
    person:
      'the provider’s updates about the dispute end the item, or the person who answered the dispute in the dashboard',
  },
  database_in_doubt: { person: 'laku payments adopt ends the item, or the job that recognises the database' },
  'email.failed': quiet('notification_deliveries', 'lastDeliveryId'),
  factor_guessed: daysOld(1),
  invoice_refused: {
    gone: sql`exists (
      select from payments p where p.id = ${subject} and (p.status <> 'pending' or p.provider_invoice_id is not null))`,
  },
  item_set_aside: {
    gone: sql`case a.subject_kind
      when 'payment' then exists (select from payments t where t.id = ${subject} and t.status <> 'pending')
      when 'refund' then exists (select from refunds t where t.id = ${subject} and t.status in ${inSql(arrivedRefundStates)})
      when 'payout' then exists (select from payouts t where t.id = ${subject} and t.status not in ${inSql(pendingPayoutStates)})
      when 'withdrawal' then exists (select from withdrawals t where t.id = ${subject} and t.status not in ${inSql(unsentWithdrawalStates)})
      when 'settlement' then exists (select from settlements t where t.id = ${subject} and t.status in ${inSql(sentSettlementStates)})
      when 'factory' then exists (select from settlements t where t.factory_id = ${subject} and t.calculated_at > a.since)
      when 'provider_transaction' then not exists (select from provider_lines t where t.id = a.subject_id)
      when 'whatsapp_message' then exists (select from whatsapp_messages t where t.id = ${subject} and t.status <> 'queued')
      when 'order' then exists (select from orders t where t.id = ${subject} and (t.status not in ${inSql(batchedStates)}
        or t.status = 'failed' and exists (select from refunds r where r.key = 'order:' || t.id || ':lost')
        or exists (select from shipments s where s.order_id = t.id and s.created_at >= a.since)))
      when 'session' then exists (select from group_buying_sessions t where t.id = ${subject} and t.status not in ${inSql(unendedSessionStates)}
        and (t.status in ${inSql(endedSessionStates)} or t.updated_at > a.since))
      when 'user' then exists (select from users t where t.id = ${subject} and (t.status = 'deleted' or t.closing_since is null))
      when 'notification_delivery' then exists (select from notification_deliveries t where t.id = ${subject} and t.status <> 'queued')
      else false end`,
  },
  job_failed: { person: 'jobs retry, redrive and cancel end it (src/runtime/retry-jobs.ts)' },
  money_in_suspense: endsUnlessIn('suspense_items', ...waitingSuspenseStates),
  ledger_chain_broken: { person: 'laku ledger declare-break ends it' },
  order_called_off: parcelGoes,
  order_came_back: endsUnlessIn('orders', 'returned'),
  order_contradicted: {
    person: 'laku does not record whether a buyer who has both goods and money returns one of them',
  },
  order_not_shippable: parcelGoes,
  order_without_money: endsIn('orders', ...endedUnfundedStates),
  // This attention item says that the budget for codes of one day is spent. So it ends when that day is over.
  'otp.budget': {
    gone: sql`not exists (
      select from code_spending c where c.channel = a.subject_id and c.strangers > 0
        and c.day >= ((select now from the_time) at time zone 'Asia/Jakarta')::date)`,
  },
  'otp.undelivered': {
    person: 'a later delivered code does not tell whether the persons without a code got one',
  },
  payment_charged_back: { person: 'a person must look at the order of the payment, whatever its status' },
  payment_paid_twice: unquarantined,
  payment_unknown: unquarantined,
  payment_unresolved: endsUnlessIn('payments', 'pending'),
  payment_wrong_amount: unquarantined,
  payout_stuck: endsUnlessIn('payouts', ...pendingPayoutStates),
  payout_unexpected: {
    gone: sql`exists (
      select from payouts p where p.id::text = a.subject_id and (p.status = 'succeeded' or p.provider_status in ('FAILED', 'REVERSED', 'CANCELLED')))`,
  },
  payouts_wait_for_balance: {
    gone: sql`case a.subject_kind
      when 'withdrawal' then exists (select from withdrawals w where w.id = ${subject} and w.status not in ${inSql(payingWithdrawalStates)})
      else not exists (select from payouts p where p.waits_since is not null and p.status in ${inSql(pendingPayoutStates)} and not p.held) end`,
  },
  pickup_short: endsIn('warehouse_purchase_orders', ...endedPurchaseOrderStates),
  provider_transaction_unknown: {
    person: 'only a person can tell the meaning of a provider’s transaction with an unknown type',
  },
  purchase_order_not_told: {
    gone: sql`exists (
      select from warehouse_purchase_orders p where p.id = ${subject} and (p.status = any(${[...answeredPurchaseOrderStates]}) or exists (
        select from whatsapp_messages m
        where m.dedupe_key like 'purchase_order:' || a.subject_id || ':%' and m.created_at > a.since and m.status in ${inSql(deliveredMessageStates)})))`,
  },
  purchase_order_refused: endsIn('warehouse_purchase_orders', ...answeredPurchaseOrderStates),
  purchase_order_reply_ambiguous: endsIn('warehouse_purchase_orders', ...answeredPurchaseOrderStates),
  purchase_order_reply_unclear: endsIn('warehouse_purchase_orders', ...answeredPurchaseOrderStates),
  purchase_order_unanswered: endsIn('warehouse_purchase_orders', ...answeredPurchaseOrderStates),
  purchase_order_unneeded: endsIn('warehouse_purchase_orders', ...endedPurchaseOrderStates),
  'push.failed': quiet('notification_deliveries', 'lastDeliveryId'),
  refund_contradicted: endsIn('refunds', ...arrivedRefundStates),
  refund_failing: endsIn('refunds', ...arrivedRefundStates),
  refund_pending: endsUnlessIn('refunds', 'submitted'),
  refund_requested: endsUnlessIn('refunds', 'requested'),
  refund_stuck: endsIn('refunds', ...arrivedRefundStates, 'failed'),
  refund_unexpected: {
    gone: sql`exists (select from refunds r where r.provider_refund_id = a.subject_id and r.status = 'succeeded')
      or exists (select from provider_refunds f where f.provider_refund_id = a.subject_id and not (${isAwaitedRefund}))`,
  },
  refunds_wait_for_balance: {
    gone: sql`not exists (select from refunds r where r.waits_since is not null and r.status in ${inSql(outstandingRefundStates)})`,
  },
  return_requested: endsUnlessIn('order_returns', 'requested'),
  session_lost_purchase_order: goodsComing,
  session_not_opened: endsUnlessIn('group_buying_sessions', 'draft'),
  session_short_of_stock: goodsComing,
  session_stock_unchecked: {
    gone: sql`not exists (select from orders o where o.session_id = ${subject} and o.status = 'on_hold')`,
  },
  settlement_unpaid: endsUnlessIn('settlements', ...failedSettlementStates),
  shipment_booked_unasked: {
    person: 'only the courier can tell whether the unexpected booking was cancelled',
  },
  shipment_contradicted: { person: 'only a person can decide whether the courier’s status or ours is right' },
  shipment_not_booked: endsUnlessIn('shipments', 'pending'),
  shipment_status_unknown: endsIn('shipments', ...finalStates(shipmentTransitions)),
  shipment_untracked: {
    gone: sql`exists (
      select from shipments s where s.id = ${subject} and (
        s.status in ${inSql(finalStates(shipmentTransitions))} or s.tracked_until > a.since))`,
  },
  staff_changed: daysOld(7),
  staff_token_ends: {
    gone: sql`not exists (
      select from staff s join staff_tokens t on t.staff_id = s.id
      where t.id = ${subject} and s.status = 'active' and t.revoked_at is null and (t.expires_at is null or t.expires_at > (select now from the_time)))
      or exists (
        select from staff_tokens t join staff_tokens n on n.staff_id = t.staff_id and n.created_at > t.created_at
        where t.id = ${subject} and n.revoked_at is null)`,
  },
  statement_not_sent: {
    gone: sql`exists (select from settlements s where s.id = ${subject} and s.statement_sent_at is not null)`,
  },
  wallet_adjustment: endsUnlessIn('wallet_adjustments', 'requested'),
  wallet_without_owner: {
    gone: sql`not exists (
      select from ledger_accounts l join ledger_balances b on b.account_id = l.id
      where l.key = 'wallet:' || a.subject_id and b.balance_idr > 0)`,
  },
  way_in_stopped: {
    person: 'only a person can find out who asked for the change, and what that person did with it',
  },
  webhook_failed: endsUnlessIn('webhook_inbox', 'failed'),
  webhook_unknown: { person: 'only a person can tell whether updates of a new kind matter' },
  'whatsapp.failed': quiet('whatsapp_messages', 'lastMessageId'),
  whatsapp_sender_unknown: { person: 'only a person can tell who the sender was' },
  whatsapp_held: { gone: sql`not exists (select from whatsapp_holds h where h.scope = a.subject_id)` },
  withdrawal_by_hand: endsUnlessIn('withdrawals', 'held'),
  withdrawal_large: endsUnlessIn('withdrawals', 'held'),
  withdrawal_of_suspended: {
    gone: sql`exists (
      select from withdrawals w join users u on u.id = w.user_id
      where w.id = ${subject} and (w.status not in ${inSql(unsentWithdrawalStates)} or u.status <> 'suspended'))`,
  },
}

/**
 * Resolves the open attention items whose cause is gone. Each item is tested by the condition of its own
 * kind, so the cost grows only with the number of open items. Returns the number of resolved items.
 */
export async function endGone(work: Work): Promise<number> {
  const cases = Object.entries(attentionEnds).flatMap(([kind, end]) =>
    'gone' in end ? [sql`when ${sql.lit(kind)} then ${end.gone}`] : [],
  )
  return await endAttentionWhere(work, sql`case a.kind ${sql.join(cases, sql` `)} else false end`, {
    resolution: 'the cause is gone',
  })
}
