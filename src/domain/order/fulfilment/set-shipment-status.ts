import { sql } from 'kysely'
import { DomainError, kernelErrors, type Rupiah, type Work } from '../../kernel/index.ts'
import {
  type CancelAtCourierContext,
  cancelAtCourier,
  cancelledShipmentStates,
  getShipment,
  isNeverLeft,
  logisticsErrors,
  moveParcelByHand,
  type ParcelMoveByHand,
  reportPossibleBooking,
  type ShipmentStatusByHand,
  type ShipmentView,
} from '../../logistics/index.ts'
import { takeOrderLimit } from '../take-order-limit.ts'

const ORDER_UNKNOWN = logisticsErrors.courier_order_unknown().code

export interface ShipmentMove extends ParcelMoveByHand {
  /** True if the courier has just cancelled the parcel at laku's request, before this change of status. */
  isCancelledThere?: boolean | undefined
  /**
   * True if the person says that a parcel was never carried, even if its courier does not agree, does not
   * know the parcel, or reported that it has the parcel.
   */
  isWithoutCourier?: boolean | undefined
  /** The code of the error by which the courier did not agree (`tryToCancelBooking`). */
  courierSays?: string | undefined
}

/**
 * Sets the status of a parcel by hand, if its courier does not report it. The status of the parcel's order
 * changes accordingly.
 *
 * Laku may have asked a courier to carry the parcel and got no answer. Then the courier may have a booking
 * that nobody needs. So staff are notified when such a parcel is cancelled. They are also notified when a
 * parcel is cancelled although its courier does not agree, or has reported that it carries the parcel.
 * @throws logistics.shipment_not_found, courier_unavailable, kernel.illegal_transition, option_not_taken,
 * second_person_needed, forbidden
 */
export async function setShipmentStatus(work: Work, input: ShipmentMove): Promise<ShipmentView> {
  const before = await getShipment(work, input.shipment)
  const { isCancelledThere, isWithoutCourier, courierSays, courierPrice, note } = input
  if (isCancelledThere && before.status === 'cancelled') {
    if (courierPrice) return await moveParcelByHand(work, { ...input, status: 'cancelled' }, async () => {})
    const [was, now] = [{ status: 'booked' }, { status: before.status, note }]
    work.audit({ command: 'shipments set-status', subject: ['shipment', before.id], before: was, after: now })
    return before
  }
  const isBookingEnded = before.status === 'booked' && cancelledShipmentStates.includes(input.status)
  const isLeftBehind = isNeverLeft(before.status, input.status)
  if (isWithoutCourier && !isBookingEnded && !isLeftBehind)
    throw kernelErrors.option_not_taken({
      option: '--without-courier',
      shipment: before.code,
      why: `only a parcel on its way can be cancelled so, and this one is ${before.status} and would be ${input.status}`,
    })
  if (isLeftBehind && !isWithoutCourier)
    throw kernelErrors.illegal_transition({
      subject: 'shipment',
      code: before.code,
      from: before.status,
      to: input.status,
      otherwise: '--without-courier, if the parcel never left',
    })
  // The parcel was booked after laku had looked for a booking to cancel.
  if (isCancelledThere === false && isBookingEnded)
    throw logisticsErrors.courier_unavailable({ code: before.code, reason: 'booked_meanwhile' })
  const after = await moveParcelByHand(work, input, (orderId) => takeLost(work, orderId))
  if (before.status === 'pending') await reportPossibleBooking(work, after.id, 'was cancelled by hand')
  if (isLeftBehind) reportUnagreed(work, after, `it was ${before.status}`)
  else if (courierSays && courierSays !== ORDER_UNKNOWN) reportUnagreed(work, after, courierSays)
  return after
}

/** Notifies staff that a courier may still carry a parcel that a person has cancelled. */
function reportUnagreed(work: Work, { id, code }: ShipmentView, courierSays: string): void {
  work.requestAttention({
    kind: 'shipment_booked_unasked',
    subject: ['shipment', id],
    message: `${code} was cancelled by hand, but its courier did not agree (${courierSays}), so the courier may still carry it. Look for it in the courier's dashboard, and cancel the booking there.`,
    command: `laku shipments show ${code}`,
    details: { code, courierSays },
  })
}

/**
 * Cancels a booked parcel at its courier, before staff set its status to `cancelled` or `not_found` by hand.
 * Otherwise the courier keeps the booking, and laku books and pays another courier for the same goods. For
 * any other status, and for a parcel that is not booked, this function does nothing. Returns true if the
 * courier has cancelled the parcel now.
 * @throws logistics.shipment_not_found, courier_cancel_refused, courier_order_unknown, courier_unavailable,
 * kernel.paused, forbidden
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

/** The errors after which a person may still say that the parcel was never carried. */
const disagreements: ReadonlySet<string> = new Set([
  ORDER_UNKNOWN,
  logisticsErrors.courier_cancel_refused().code,
  logisticsErrors.courier_unavailable().code,
  kernelErrors.paused().code,
])

/**
 * Cancels a booked parcel at its courier as `cancelBooking` does, for a person who says that the parcel was
 * never carried. If the courier does not agree, returns the code of its answer instead of throwing it.
 * @throws logistics.shipment_not_found, kernel.forbidden
 */
export async function tryToCancelBooking(
  context: CancelAtCourierContext,
  input: { shipment: string; status: ShipmentStatusByHand },
): Promise<Pick<ShipmentMove, 'isCancelledThere' | 'courierSays'>> {
  try {
    return { isCancelledThere: await cancelBooking(context, input) }
  } catch (error) {
    if (error instanceof DomainError && disagreements.has(error.code)) return { courierSays: error.code }
    throw error
  }
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
    const use = { kind: 'order_failed', subject, receiver: `user:${userId}`, amountIdr } as const
    await takeOrderLimit(work, orderId, use)
  }
}
