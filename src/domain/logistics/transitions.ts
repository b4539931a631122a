import type { Transitions } from '../kernel/index.ts'

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

/** A rebooking after `cancelled` or `not_found` is a new shipment. */
export const shipmentTransitions: Transitions<ShipmentStatus> = {
  pending: ['booked', 'cancelled'],
  booked: ['picked_up', 'in_transit', 'delivered', 'cancelled', 'not_found'],
  picked_up: ['in_transit', 'delivered', 'on_hold', 'returning', 'lost'],
  in_transit: ['delivered', 'on_hold', 'returning', 'lost'],
  on_hold: ['in_transit', 'delivered', 'returning', 'lost'],
  returning: ['returned', 'lost'],
  delivered: [],
  cancelled: [],
  not_found: [],
  returned: [],
  lost: [],
}
