import { sql } from 'kysely'
import type { EventOf, Work } from '../kernel/index.ts'
import { releaseStock } from '../warehouse/index.ts'
import { lockOrders, subjectOf } from './lock-orders.ts'

/** The one reason of a cancellation that a fresh payment undoes. */
export const PAYMENT_EXPIRED = 'payment_expired'

/** Reaction to payment.expired and payment.failed: an order that nobody paid in time is cancelled, and its stock is free again. */
export async function cancelUnpaidOrders(
  work: Work,
  events: EventOf<'payment.expired' | 'payment.failed'>[],
): Promise<void> {
  const ids = events.flatMap((event) => event.payload.orderId ?? [])
  if (ids.length === 0) return
  const orders = await lockOrders(work.tx, ids)
  const unpaid = [...orders.values()].filter((order) => order.status === 'pending_payment')
  if (unpaid.length === 0) return
  const unpaidIds = unpaid.map((order) => order.id)
  await sql`
    update orders set status = 'cancelled', status_reason = ${PAYMENT_EXPIRED}, allocated = false, updated_at = ${work.now}
    where id = any(${unpaidIds}::uuid[]) and status = 'pending_payment'`.execute(work.tx)
  await releaseStock(work, unpaidIds)
  for (const order of unpaid) {
    const payload = { ...subjectOf(order), reason: PAYMENT_EXPIRED, wasPaid: false }
    work.emit({ type: 'order.cancelled', aggregate: ['order', order.id], payload })
  }
}
