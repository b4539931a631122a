import { moveState, requireStaff, requireTransition, type Work } from '../kernel/index.ts'
import { debit } from '../ledger/index.ts'
import { endUnrequestedParcel } from '../logistics/index.ts'
import { type OrderPayment, requestPaymentCancellation } from '../payment/index.ts'
import { releaseStock } from '../warehouse/index.ts'
import { orderErrors } from './errors.ts'
import { CourierBooked } from './fulfilment/courier-booked.ts'
import { type LockedOrder, lockOrderAndPayments, subjectOf } from './lock.ts'
import { getOrder } from './read.ts'
import { markRefunded } from './refunds/mark-refunded.ts'
import {
  keptFor,
  postedGoods,
  postTakenBack,
  refundOrder,
  returnBorne,
  takeBack,
} from './refunds/order-money.ts'
import { cancellableByCustomerStates, orderMachine, orderTransitions } from './transitions.ts'
import type { OrderView } from './views.ts'

/**
 * Cancels an order that has not left the warehouse. Its stock is released, an open payment is withdrawn, and
 * the paid amount is refunded in full. Customers may cancel their own direct orders until packing starts;
 * support may cancel later, and may cancel a session's orders.
 * @throws CourierBooked (order.parcel_booked) before anything is written: run it by `withParcelCancelled`
 * @throws order.not_found, not_cancellable, group_order, parcel_booked, kernel.illegal_transition,
 * kernel.forbidden
 */
export async function cancelOrder(
  work: Work,
  input: { order: string; reason?: string | undefined },
): Promise<OrderView> {
  const { actor, tx } = work
  if (actor.kind !== 'customer') requireStaff(actor, 'support', 'service')
  const { id } = await getOrder(work, input.order)
  const { order, payments } = await lockOrderAndPayments(tx, id)
  await requireCancellable(work, order)
  // The events contain only `by_customer` or `by_staff`, not the text that a person wrote. The reason stored
  // with the order contains both, and `by_…` comes first. So a buyer's text cannot look like a text of staff.
  const by = actor.kind === 'customer' ? 'by_customer' : 'by_staff'
  await cancelLocked(work, { order, payments }, by, input.reason)
  return await getOrder(work, id)
}

/**
 * Cancels an order, releases its stock and refunds the paid amount. The caller has locked the order and its
 * payments, and has checked that the order may be cancelled.
 */
export async function cancelLocked(
  work: Work,
  { order, payments }: { order: LockedOrder; payments: readonly OrderPayment[] },
  by: string,
  words?: string,
): Promise<void> {
  const { id } = order
  const reason = words ? `${by}: ${words}` : by
  const set = { statusReason: reason, allocated: false, updatedAt: work.now }
  await moveState(work, orderMachine, { to: 'cancelled', ids: [id], set, all: true })
  // The stock is locked before the wallet. An order that is paid from a wallet locks them in the same
  // sequence. With another sequence, the two transactions could deadlock.
  await releaseStock(work, [id])
  const wasPaid = await giveMoneyBack(work, order, payments)
  const payload = { ...subjectOf(order), reason: by, wasPaid }
  work.emit({ type: 'order.cancelled', aggregate: ['order', id], payload })
  // If all of the money was refunded before, no later event refund.succeeded will mark the order as refunded.
  // So the order is marked here.
  if (wasPaid && !keptFor(order, payments))
    await markRefunded(
      work,
      payments.map((payment) => payment.id),
    )
  if (work.actor.kind !== 'customer') {
    const [before, after] = [{ status: order.status }, { status: 'cancelled', reason }]
    work.audit({ command: 'orders cancel', subject: ['order', id], before, after })
  }
}

async function requireCancellable(work: Work, order: LockedOrder): Promise<void> {
  const { id, code, status } = order
  const isCustomer = work.actor.kind === 'customer'
  if (isCustomer && order.sessionId) throw orderErrors.group_order({ orderId: id, code })
  requireTransition(orderTransitions, status, 'cancelled', 'order')
  if (isCustomer && !cancellableByCustomerStates.includes(status))
    throw orderErrors.not_cancellable({ orderId: id, code, status })
  const parcel = await endUnrequestedParcel(work, id)
  if (!parcel) return
  if (!isCustomer && parcel.status === 'booked') throw new CourierBooked(order, parcel)
  throw orderErrors.parcel_booked({ orderId: id, code, shipment: parcel.code, status: parcel.status })
}

/**
 * Withdraws an order's open payments and decides the refund of the paid amount. Returns whether anything was
 * paid.
 */
async function giveMoneyBack(
  work: Work,
  order: LockedOrder,
  payments: readonly OrderPayment[],
): Promise<boolean> {
  const open = payments.filter((payment) => payment.status === 'pending')
  await requestPaymentCancellation(
    work,
    open.map((payment) => payment.id),
  )
  if (order.status === 'pending_payment') return false
  const { id, sessionId, shippingIdr } = order
  const kept = keptFor(order, payments)
  const leftIdr = kept?.leftIdr ?? 0
  const from = sessionId
    ? [
        debit('shipping', shippingIdr, { sessionId }),
        ...takeBack(await postedGoods(work, id), leftIdr - shippingIdr, order),
      ]
    : undefined
  if (kept) {
    const { paymentId } = kept
    const key = `order:${id}:cancelled`
    await refundOrder(work, {
      key,
      paymentId,
      amountIdr: leftIdr,
      reason: 'order_cancelled',
      from,
    })
  } else if (from) await postTakenBack(work, { key: `order:${id}:taken_back`, orderId: id, entries: from })
  await returnBorne(work, order, 0)
  return true
}
