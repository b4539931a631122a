import { DomainError } from '../../kernel/index.ts'
import { type CancelAtCourierContext, cancelAtCourier, type ShipmentView } from '../../logistics/index.ts'
import { orderErrors } from '../errors.ts'

/**
 * The error for an order that cannot be cancelled because its courier is booked. The caller that catches this
 * error cancels the booking at the courier, and then cancels the order.
 */
export class CourierBooked extends DomainError {
  readonly orderId: string

  constructor(order: { id: string; code: string }, shipment: ShipmentView) {
    const { code, kind, message } = orderErrors.parcel_booked()
    const { status, code: parcel } = shipment
    super({ code, kind, message }, { orderId: order.id, code: order.code, shipment: parcel, status })
    this.orderId = order.id
  }
}

/**
 * The maximum number of attempts to cancel one order. A new parcel may be booked after the old one is
 * cancelled and before the order is cancelled. So the new parcel must be cancelled too.
 */
const TRIES = 3

/**
 * Runs a use case that may cancel an order. If the use case throws CourierBooked, the parcel is cancelled at
 * the courier, outside of any transaction, and the use case is run again. Any other error is thrown to the
 * caller.
 * @throws logistics.courier_cancel_refused, logistics.courier_unavailable, kernel.paused
 */
export async function withParcelCancelled<T>(
  context: CancelAtCourierContext,
  run: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof CourierBooked) || tried >= TRIES) throw error
      await cancelAtCourier(context, error.orderId)
    }
  }
}
