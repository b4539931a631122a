import { type RawBuilder, sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { debit } from '../../ledger/index.ts'
import { countUnlessCounted, isSetAside, sweepInOneOrEach } from '../../ops/index.ts'
import { paidStates } from '../../payment/index.ts'
import { lockOrderAndPayments } from '../lock.ts'
import { giftOf, keptFor, refundOrder } from '../refunds/order-money.ts'
import { earnOrders } from './earn.ts'
import { orderAside, type SweepContext } from './order-aside.ts'

/**
 * The query for orders whose parcel was lost and whose refund is not decided yet.
 */
const lost = sql`
  select o.id from orders o
  where o.status = 'failed' and not exists (select from refunds r where r.key = 'order:' || o.id || ':lost')
    and exists (
      select from payments p
      where (p.order_id = o.id or p.participant_id = o.participant_id)
        and p.status in ${inSql(paidStates)} and p.returned_idr < p.amount_idr)`

/**
 * Returns an SQL condition that is true if an order's parcel was lost and its buyer's refund is not decided
 * yet.
 */
export const lostOrdersDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (${lost} and not ${isSetAside(sql`o.id`, now)})`

/**
 * Refunds the buyers of up to `limit` lost parcels, in one transaction. If that throws, each refund gets a
 * transaction of its own. An order that throws again is left out for a while, and an attention item is
 * raised.
 */
export async function sweepLost(context: SweepContext, limit: number): Promise<void> {
  const due = await context.unitOfWork.run(context.actor, async ({ tx, now }) => {
    const { rows } = await sql<{ id: string }>`
      ${lost} and not ${isSetAside(sql`o.id`, now)} order by o.id limit ${limit}`.execute(tx)
    return rows.map((row) => row.id)
  })
  await sweepInOneOrEach(
    context,
    due,
    (work, ids) => refundLostOrders(work, ids.length, ids),
    (work, id) => orderAside(work, id, 'could not be refunded after its parcel was lost'),
  )
}

/**
 * Refunds the buyers of lost parcels in full, shipping fee included. The company pays (account `subsidy`),
 * because the courier or the warehouse lost the parcel; the factory keeps its share. Returns the number of
 * refunds decided.
 */
export async function refundLostOrders(work: Work, limit: number, only?: readonly string[]): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    ${lost} and ${only ? sql`o.id = any(${only}::uuid[])` : sql`true`} order by o.id limit ${limit}`.execute(
    work.tx,
  )
  for (const { id } of rows) await refundLost(work, id)
  return rows.length
}

async function refundLost(work: Work, orderId: string): Promise<void> {
  const { order, payments } = await lockOrderAndPayments(work.tx, orderId)
  const kept = keptFor(order, payments)
  if (order.status !== 'failed' || !kept) return
  await earnOrders(work, [orderId])
  const { userId, sessionId } = order
  // The company pays the refund of a lost parcel. The database requires a record of each refund at the
  // company's cost, in the table of staff's limits. If staff set the order to failed, the record was made
  // then, in that person's name. If the courier reported the loss, the record is made now, for no person.
  await countUnlessCounted(work, giftOf('order_failed', order, kept.leftIdr))
  await refundOrder(work, {
    key: `order:${orderId}:lost`,
    paymentId: kept.paymentId,
    amountIdr: kept.leftIdr,
    reason: 'parcel_lost',
    from: [debit('subsidy', kept.leftIdr, { userId, sessionId })],
  })
}
