import { type RawBuilder, sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { debit } from '../../ledger/index.ts'
import { countUnlessCounted } from '../../ops/index.ts'
import { paidStates } from '../../payment/index.ts'
import { lockOrderAndPayments } from '../lock.ts'
import { giftOf, keptFor, refundOrder } from '../refunds/order-money.ts'
import { earnOrders } from './earn.ts'

/**
 * The query for lost orders whose buyer still waits for the refund to be decided. There are few: a lost order
 * is refunded within seconds, for good.
 */
const lost = sql`
  select o.id from orders o
  where o.status = 'failed' and not exists (select from refunds r where r.key = 'order:' || o.id || ':lost')
    and exists (
      select from payments p
      where (p.order_id = o.id or p.participant_id = o.participant_id)
        and p.status in ${inSql(paidStates)} and p.returned_idr < p.amount_idr)`

/** Returns an SQL condition that is true if a parcel was lost and its buyer has no refund yet. */
export const lostOrdersDue = (_now: Date): RawBuilder<boolean> => sql<boolean>`exists (${lost})`

/**
 * Refunds the buyers of lost parcels, shipping fee included, at the company's cost (subsidy): the courier or
 * laku's warehouse lost the parcel. The factory keeps its share, and gets the share of a direct order now.
 * Returns the number of refunds decided.
 */
export async function refundLostOrders(work: Work, limit: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`${lost} order by o.id limit ${limit}`.execute(work.tx)
  for (const { id } of rows) await refundLost(work, id)
  return rows.length
}

async function refundLost(work: Work, orderId: string): Promise<void> {
  const { order, payments } = await lockOrderAndPayments(work.tx, orderId)
  const kept = keptFor(order, payments)
  if (order.status !== 'failed' || !kept) return
  await earnOrders(work, [orderId])
  const { userId, sessionId } = order
  // If staff set the order to failed, this gift was counted against them then. If its courier lost the
  // parcel, nobody decided the gift.
  await countUnlessCounted(work, giftOf('order_failed', order, kept.leftIdr))
  await refundOrder(work, {
    key: `order:${orderId}:lost`,
    paymentId: kept.paymentId,
    amountIdr: kept.leftIdr,
    reason: 'parcel_lost',
    from: [debit('subsidy', kept.leftIdr, { userId, sessionId })],
  })
}
