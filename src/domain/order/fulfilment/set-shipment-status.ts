import { sql } from 'kysely'
import type { Rupiah, Work } from '../../kernel/index.ts'
import {
  type CancelAtCourierContext,
  cancelAtCourier,
  cancelledShipmentStates,
  getShipment,
  moveParcelByHand,
  type ParcelMoveByHand,
  reportPossibleBooking,
  type ShipmentStatusByHand,
  type ShipmentView,
} from '../../logistics/index.ts'
import { takeLimit } from '../../ops/index.ts'

export interface ShipmentMove extends ParcelMoveByHand {
  /** True if the courier has just cancelled the parcel at laku's request, before this change of status. */
  isCancelledThere?: boolean | undefined
}

/**
 * Sets the status of a parcel by hand, if its courier does not report it. The status of the parcel's order
 * changes accordingly.
 *
 * Laku may have asked a courier to carry the parcel and got no answer. Then the courier may have a booking
 * that nobody needs. So staff are notified when such a parcel is cancelled.
 * @throws logistics.shipment_not_found, kernel.illegal_transition, second_person_needed, forbidden
 */
export async function setShipmentStatus(work: Work, input: ShipmentMove): Promise<ShipmentView> {
  const before = await getShipment(work, input.shipment)
  if (input.isCancelledThere && before.status === 'cancelled') {
    const [was, now] = [{ status: 'booked' }, { status: before.status, note: input.note }]
    work.audit({ command: 'shipments set-status', subject: ['shipment', before.id], before: was, after: now })
    return before
  }
  const after = await moveParcelByHand(work, input, (orderId) => takeLost(work, orderId))
  if (before.status === 'pending') await reportPossibleBooking(work, after.id, 'was cancelled by hand')
  return after
}

/**
 * Cancels a booked parcel at its courier, before staff set its status to `cancelled` or `not_found` by hand.
 * Otherwise the courier keeps the booking, and laku books and pays another courier for the same goods. For
 * any other status, and for a parcel that is not booked, this function does nothing. Returns true if the
 * courier has cancelled the parcel now.
 * @throws logistics.shipment_not_found, courier_cancel_refused, courier_unavailable, kernel.paused, forbidden
 */
export async function cancelBooking(
  context: CancelAtCourierContext,
  { shipment, status }: { shipment: string; status: ShipmentStatusByHand },
): Promise<boolean> {
  if (!cancelledShipmentStates.includes(status)) return false
  const { unitOfWork, actor } = context
  const parcel = await unitOfWork.run(actor, (work) => getShipment(work, shipment))
  if (parcel.status !== 'booked') return false
  await cancelAtCourier(context, parcel.orderId)
  return true
}

/**
 * Counts the refund of a lost parcel towards the limits of the person who sets the parcel to lost. The
 * company refunds the buyer in full, as for an order that staff set to failed.
 */
async function takeLost(work: Work, orderId: string): Promise<void> {
  const { rows } = await sql<{ userId: string; totalIdr: Rupiah }>`
    select user_id, total_idr from orders where id = ${orderId}`.execute(work.tx)
  for (const { userId, totalIdr: amountIdr } of rows) {
    const subject = ['order', orderId] as const
    await takeLimit(work, { kind: 'order_failed', subject, receiver: `user:${userId}`, amountIdr })
  }
}
