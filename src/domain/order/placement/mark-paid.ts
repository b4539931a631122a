import { sql } from 'kysely'
import { type EventOf, moveState, statesBefore, type Work } from '../../kernel/index.ts'
import { decideRefunds, requestPaymentCancellation } from '../../payment/index.ts'
import { type LockedOrder, lockOrders, subjectOf } from '../lock.ts'
import { orderMachine, orderTransitions } from '../transitions.ts'

type Paid = EventOf<'payment.paid'>

/**
 * Reaction to payment.paid: marks orders as paid, so that they can be shipped. Their stock was reserved
 * before. If the order was cancelled or paid by another payment meanwhile, the payment is refunded in this
 * same transaction.
 */
export async function markOrdersPaid(work: Work, events: Paid[]): Promise<void> {
  const mine = events.flatMap((event) => (event.payload.orderId ? [{ ...event.payload }] : []))
  if (mine.length === 0) return
  const orders = await lockOrders(
    work.tx,
    mine.map((payment) => payment.orderId as string),
  )
  const waiting = statesBefore(orderTransitions, 'paid')
  const paid = new Map<string, { order: LockedOrder; paymentId: string }>()
  const late: { payment: Paid['payload']; reason: string }[] = []
  for (const payment of mine) {
    const order = orders.get(payment.orderId as string)
    if (!order) throw new Error(`payment ${payment.code} is for an order that does not exist`)
    // A late payment does not make a cancelled order valid again. For that, the buyer must ask for a new
    // payment.
    if (waiting.includes(order.status) && !paid.has(order.id)) {
      paid.set(order.id, { order, paymentId: payment.paymentId })
    } else {
      const reason = order.status === 'cancelled' ? 'order_cancelled' : 'order_already_paid'
      late.push({ payment, reason })
    }
  }
  await markPaid(work, [...paid.values()])
  await decideRefunds(
    work,
    late.map(({ payment, reason }) => ({
      key: `late:${payment.paymentId}`,
      paymentId: payment.paymentId,
      amountIdr: payment.amountIdr,
      reason,
    })),
  )
}

async function markPaid(
  work: Work,
  paid: readonly { order: LockedOrder; paymentId: string }[],
): Promise<void> {
  if (paid.length === 0) return
  const ids = paid.map(({ order }) => order.id)
  const set = { statusReason: null, paidAt: work.now, updatedAt: work.now }
  await moveState(work, orderMachine, { to: 'paid', ids, set, all: true })
  for (const { order } of paid) {
    const subject = subjectOf(order)
    const aggregate = ['order', order.id] as const
    work.emit({ type: 'order.paid', aggregate, payload: { ...subject, totalIdr: order.totalIdr } })
    if (order.allocated) work.emit({ type: 'order.allocated', aggregate, payload: subject })
  }
  await cancelOtherPayments(
    work,
    ids,
    paid.map(({ paymentId }) => paymentId),
  )
}

/**
 * Cancels the other pending payments of orders that are now paid. A buyer may have asked for a second invoice
 * and then paid the first. These payments are locked after their orders, so a deadlock with the confirmation
 * of a payment is possible. PostgreSQL then ends one of the two transactions, and laku runs it again.
 */
async function cancelOtherPayments(work: Work, orderIds: string[], payingIds: string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from payments
    where order_id = any(${orderIds}::uuid[]) and status = 'pending' and id <> all(${payingIds}::uuid[])
    order by id`.execute(work.tx)
  if (rows.length > 0) {
    await requestPaymentCancellation(
      work,
      rows.map((row) => row.id),
    )
  }
}
