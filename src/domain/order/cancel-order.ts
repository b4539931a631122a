import { sql } from 'kysely'
import { basisPoints, type Rupiah, requireStaff, requireTransition, type Work } from '../kernel/index.ts'
import { debit, type Entry, factoryAccount } from '../ledger/index.ts'
import { liveShipment } from '../logistics/index.ts'
import { announceWithdrawal, decideRefunds } from '../payment/index.ts'
import { releaseStock } from '../warehouse/index.ts'
import { orderErrors } from './errors.ts'
import { type LockedOrder, lockOrder, lockPaymentsOf, type OrderPayment, subjectOf } from './lock-orders.ts'
import { getOrder } from './read-orders.ts'
import { type OrderStatus, orderTransitions } from './transitions.ts'
import type { OrderView } from './views.ts'

const byCustomer: readonly OrderStatus[] = ['pending_payment', 'paid']

/**
 * Cancels an order for which no courier is booked: its stock is free again, an open payment is withdrawn, and what was paid
 * goes back in full. Customers cancel their direct orders until those are being packed; support also held ones, and
 * the orders of a session, whose money has been released from escrow and is taken back from where it went.
 * @throws order.not_found, not_cancellable, group_order, parcel_booked, kernel.illegal_transition, kernel.forbidden
 */
export async function cancelOrder(
  work: Work,
  input: { order: string; reason?: string | undefined },
): Promise<OrderView> {
  const { actor, tx } = work
  if (actor.kind !== 'customer') requireStaff(actor, 'support', 'service')
  const { id } = await getOrder(work, input.order)
  const participant = await tx
    .selectFrom('orders')
    .select('participantId')
    .where('id', '=', id)
    .executeTakeFirst()
  const payments = await lockPaymentsOf(tx, { id, participantId: participant?.participantId ?? null })
  const order = await lockOrder(tx, id)
  await requireCancellable(work, order)
  // People's words stay out of the events; and before them stands who said so, which no words can pretend.
  const by = actor.kind === 'customer' ? 'by_customer' : 'by_staff'
  const reason = input.reason ? `${by}: ${input.reason}` : by
  await sql`
    update orders set status = 'cancelled', status_reason = ${reason}, allocated = false, updated_at = ${work.now}
    where id = ${id} and status = ${order.status}`.execute(tx)
  const wasPaid = await giveMoneyBack(work, order, payments)
  await releaseStock(work, [id])
  const payload = { ...subjectOf(order), reason: by, wasPaid }
  work.emit({ type: 'order.cancelled', aggregate: ['order', id], payload })
  if (actor.kind !== 'customer') {
    const [before, after] = [{ status: order.status }, { status: 'cancelled', reason }]
    work.audit({ command: 'orders cancel', subject: ['order', id], before, after })
  }
  return await getOrder(work, id)
}

async function requireCancellable(work: Work, order: LockedOrder): Promise<void> {
  const { id, code, status } = order
  const shipment = await liveShipment(work.tx, id)
  if (shipment) {
    throw orderErrors.parcel_booked({ orderId: id, code, shipment: shipment.code, status: shipment.status })
  }
  requireTransition(orderTransitions, status, 'cancelled', 'order')
  if (work.actor.kind !== 'customer') return
  if (order.sessionId) throw orderErrors.group_order({ orderId: id, code })
  if (!byCustomer.includes(status)) throw orderErrors.not_cancellable({ orderId: id, code, status })
}

/** Withdraws what is still to be paid, and decides the refund of what was. Returns whether anything was. */
async function giveMoneyBack(
  work: Work,
  order: LockedOrder,
  payments: readonly OrderPayment[],
): Promise<boolean> {
  const open = payments.filter((payment) => payment.status === 'pending')
  if (open.length > 0) {
    await announceWithdrawal(
      work,
      open.map((payment) => payment.id),
    )
  }
  if (order.status === 'pending_payment') return false
  // What an order keeps is its own total: anything more was paid late or is a rebate, and went back already.
  const paid = payments.find(
    (payment) => payment.amountIdr - payment.returnedIdr >= order.totalIdr && isPaid(payment),
  )
  if (!paid) throw new Error(`order ${order.code} is ${order.status} without a payment`)
  const from = order.sessionId ? await releasedEntries(work, order) : undefined
  await decideRefunds(work, [
    {
      key: `order:${order.id}:cancelled`,
      paymentId: paid.id,
      amountIdr: order.totalIdr,
      reason: 'order_cancelled',
      ...(from ? { from } : {}),
    },
  ])
  return true
}

const isPaid = ({ status }: OrderPayment) => status === 'paid' || status === 'partially_refunded'

interface Item {
  id: string
  factoryId: string
  totalIdr: Rupiah
  commissionBps: number
}

/** Where the release put an order's money: its factories, the commission, the shipping. */
async function releasedEntries(work: Work, order: LockedOrder): Promise<Entry[]> {
  const { rows } = await sql<Item>`
    select id, factory_id, total_idr, commission_bps from order_items where order_id = ${order.id} order by id
  `.execute(work.tx)
  const { sessionId } = order
  const goods = rows.flatMap(({ id, factoryId, totalIdr, commissionBps }) => {
    const commissionIdr = basisPoints(totalIdr, commissionBps)
    const about = { orderItemId: id, factoryId, sessionId }
    return [
      debit(factoryAccount(factoryId), totalIdr - commissionIdr, about),
      debit('commission', commissionIdr, about),
    ]
  })
  return [...goods, debit('shipping', order.shippingIdr, { sessionId })]
}
