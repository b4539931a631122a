import { sql } from 'kysely'
import { type EventOf, moveState, type Work } from '../../kernel/index.ts'
import { releaseStock } from '../../warehouse/index.ts'
import { lockOrders, subjectOf } from '../lock.ts'
import { orderMachine } from '../transitions.ts'

/**
 * The reason stored with an order that was cancelled because nobody paid in time. Only an order with this
 * reason can be paid for by a new payment.
 */
export const PAYMENT_EXPIRED = 'payment_expired'

/**
 * Reaction to payment.expired and payment.failed: cancels an order that nobody paid in time, and releases its
 * stock. The order is not cancelled while another payment for it is open.
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
