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

/**
 * The states of a parcel that ended before its journey began: the courier returns the price of the booking.
 */
export const cancelledShipmentStates: readonly ShipmentStatus[] = ['cancelled', 'not_found']

/** The states of a parcel for which no courier is paid. */
export const unpricedShipmentStates: readonly ShipmentStatus[] = ['pending', ...cancelledShipmentStates]

/** The states of a parcel that ended without reaching its buyer: its order may get another parcel. */
export const undeliveredShipmentStates: readonly ShipmentStatus[] = [
  ...cancelledShipmentStates,
  'returned',
  'lost',
]

/** The states of a parcel whose journey began, and is over. */
export const travelledShipmentStates: readonly ShipmentStatus[] = ['delivered', 'returned', 'lost']

/** The states of a parcel that staff may set by hand. */
export const shipmentStatesByHand = [
  'picked_up',
  'in_transit',
  'on_hold',
  'delivered',
  'returning',
  'returned',
  'cancelled',
  'not_found',
  'lost',
] as const satisfies readonly ShipmentStatus[]

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
