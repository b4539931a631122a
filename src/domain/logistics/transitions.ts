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
 * The allowed transitions of a parcel's status. Couriers skip steps, so a status after the pick-up may follow
 * any earlier one. A parcel never leaves `cancelled` or `not_found`: if a courier is booked again, laku makes
 * a new parcel.
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

/** Whether a parcel's journey is over: its status can no longer change. */
export function isOver(status: ShipmentStatus): boolean {
  return shipmentTransitions[status].length === 0
}

/**
 * Whether the parcel ended before its journey began, so that the courier returns the price of the booking.
 */
export function isCancelledByCourier(status: ShipmentStatus): status is 'cancelled' | 'not_found' {
  return status === 'cancelled' || status === 'not_found'
}
