import { sql } from 'kysely'
import { type EventOf, moveState, type Work } from '../../kernel/index.ts'
import { releaseStock } from '../../warehouse/index.ts'
import { lockOrders, subjectOf } from '../lock.ts'
import { orderMachine } from '../transitions.ts'

/**
 * The reason for cancelling an order that nobody paid in time. It is the only reason for which a new payment
 * undoes the cancellation.
 */
export const PAYMENT_EXPIRED = 'payment_expired'

/**
 * Reaction to payment.expired and payment.failed: cancels an order that nobody paid in time, and frees its
 * stock. An order whose buyer has requested a new payment waits for the new payment. The end of an older
 * payment (wrong money that came late and was sent back) does not end the order.
 */
export async function cancelUnpaidOrders(
  work: Work,
  events: EventOf<'payment.expired' | 'payment.failed'>[],
): Promise<void> {
  const ids = events.flatMap((event) => event.payload.orderId ?? [])
  if (ids.length === 0) return
  const orders = await lockOrders(work.tx, ids)
  const awaited = await paymentsOpenFor(work, ids)
  const unpaid = [...orders.values()].filter(
    (order) => order.status === 'pending_payment' && !awaited.has(order.id),
  )
  if (unpaid.length === 0) return
  const unpaidIds = unpaid.map((order) => order.id)
  const set = { statusReason: PAYMENT_EXPIRED, allocated: false, updatedAt: work.now }
  await moveState(work, orderMachine, {
    to: 'cancelled',
    from: 'pending_payment',
    ids: unpaidIds,
    set,
    all: true,
  })
  await releaseStock(work, unpaidIds)
  for (const order of unpaid) {
    const payload = { ...subjectOf(order), reason: PAYMENT_EXPIRED, wasPaid: false }
    work.emit({ type: 'order.cancelled', aggregate: ['order', order.id], payload })
  }
}

async function paymentsOpenFor(work: Work, orderIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ orderId: string }>`
    select order_id from payments where order_id = any(${[...orderIds]}::uuid[]) and status = 'pending'`.execute(
    work.tx,
  )
  return new Set(rows.map((row) => row.orderId))
}
