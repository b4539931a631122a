import { sql } from 'kysely'
import { requireStaff, requireTransition, type Work } from '../kernel/index.ts'
import { liveShipment } from '../logistics/index.ts'
import { announceMoves } from './announce-moves.ts'
import { cancelOrder } from './cancel-order.ts'
import { orderErrors } from './errors.ts'
import { lockOrder, subjectOf } from './lock-orders.ts'
import { getOrder } from './read-orders.ts'
import { reserveForOrder } from './reserve-for-order.ts'
import { orderTransitions } from './transitions.ts'
import type { OrderView } from './views.ts'

/** What staff and services may set by hand; money alone makes an order paid or refunded. */
export const statusesByHand = [
  'processing',
  'ready_for_pickup',
  'picked_up',
  'in_transit',
  'delivered',
  'on_hold',
  'cancelled',
] as const

export type StatusByHand = (typeof statusesByHand)[number]

/**
 * Moves an order by hand, along the table of transitions (service map: `PATCH /api/orders/:id/status`). Out of on_hold it is
 * given its stock first if it has none, and its courier is booked again.
 * @throws order.not_found, reason_required, parcel_booked, out_of_stock, kernel.illegal_transition, kernel.forbidden
 */
export async function setOrderStatus(
  work: Work,
  input: { order: string; status: StatusByHand; reason?: string | undefined },
): Promise<OrderView> {
  const { status, reason } = input
  if (status === 'cancelled') return await cancelOrder(work, { order: input.order, reason })
  requireStaff(work.actor, 'support', 'warehouse', 'service')
  const { id } = await getOrder(work, input.order)
  const order = await lockOrder(work.tx, id)
  requireTransition(orderTransitions, order.status, status, 'order')
  if (status === 'on_hold') await requireHoldable(work, id, reason)
  const released = order.status === 'on_hold'
  if (released && !order.allocated) await reserveForOrder(work, id)
  await sql`
    update orders set status = ${status}, status_reason = ${reason ?? null}, allocated = ${order.allocated || released},
      delivered_at = case when ${status === 'delivered'} then coalesce(delivered_at, ${work.now}) else delivered_at end,
      updated_at = ${work.now}
    where id = ${id} and status = ${order.status}`.execute(work.tx)
  const subject = subjectOf(order)
  await announceMoves(work, [{ order, to: status }])
  if (released) work.emit({ type: 'order.allocated', aggregate: ['order', id], payload: subject })
  const [before, after] = [{ status: order.status }, { status, reason }]
  work.audit({ command: 'orders set-status', subject: ['order', id], before, after })
  return await getOrder(work, id)
}

async function requireHoldable(work: Work, orderId: string, reason: string | undefined): Promise<void> {
  if (!reason) throw orderErrors.reason_required({ orderId })
  const shipment = await liveShipment(work.tx, orderId)
  if (shipment) throw orderErrors.parcel_booked({ orderId, shipment: shipment.code, status: shipment.status })
}
