import { machineOf, type Transitions } from '../kernel/index.ts'

export type ShipmentStatus =
  | 'pending'
  | 'booked'
  | 'picked_up'
  | 'in_transit'
  | 'on_hold'
  | 'delivered'
  | 'cancelled'
  | 'not_found'
  | 'returning'
  | 'returned'
  | 'lost'

/**
 * The transitions of a shipment. A rebooking after `cancelled` or `not_found` is a new shipment. Couriers
 * leave steps out, so a status after the pick-up may be reached from any earlier status.
 */
export const shipmentTransitions: Transitions<ShipmentStatus> = {
  pending: ['booked', 'cancelled'],
  booked: [
    'picked_up',
    'in_transit',
    'on_hold',
    'delivered',
    'cancelled',
    'not_found',
    'returning',
    'returned',
    'lost',
  ],
  picked_up: ['in_transit', 'on_hold', 'delivered', 'returning', 'returned', 'lost'],
  in_transit: ['on_hold', 'delivered', 'returning', 'returned', 'lost'],
  on_hold: ['picked_up', 'in_transit', 'delivered', 'returning', 'returned', 'lost'],
  returning: ['returned', 'lost'],
  delivered: [],
  cancelled: [],
  not_found: [],
  returned: [],
  lost: [],
}

export const shipmentMachine = machineOf('shipment', 'shipments', shipmentTransitions)

/** Whether a parcel's journey is over: no transition leads out of its status. */
export function isOver(status: ShipmentStatus): boolean {
  return shipmentTransitions[status].length === 0
}

/**
 * Whether the parcel ended before its journey began, so that the courier returns the price of the booking.
 */
export function isCancelledByCourier(status: ShipmentStatus): status is 'cancelled' | 'not_found' {
  return status === 'cancelled' || status === 'not_found'
}
