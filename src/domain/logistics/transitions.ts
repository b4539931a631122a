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
 * a new parcel. Some transitions are only for a person (`byHandAlone`).
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
  picked_up: ['in_transit', 'on_hold', 'delivered', 'returning', 'returned', 'lost', 'cancelled'],
  in_transit: ['on_hold', 'delivered', 'returning', 'returned', 'lost', 'cancelled'],
  on_hold: ['picked_up', 'in_transit', 'delivered', 'returning', 'returned', 'lost', 'cancelled'],
  returning: ['delivered', 'returned', 'lost', 'cancelled'],
  delivered: [],
  cancelled: [],
  not_found: [],
  returned: [],
  lost: [],
}

export const shipmentMachine = machineOf('shipment', 'shipments', shipmentTransitions)

/**
 * The transitions that only a person may cause, because a courier's report of them contradicts its earlier
 * reports. `cancelled`: the parcel never left the warehouse, although its courier reported a pick-up.
 */
const byHandAlone: Partial<Record<ShipmentStatus, readonly ShipmentStatus[]>> = {
  picked_up: ['cancelled'],
  in_transit: ['cancelled'],
  on_hold: ['cancelled'],
  returning: ['delivered', 'cancelled'],
}

/** Returns true if a courier's report may change a parcel's status from `from` to `to`. */
export const isByCourier = (from: ShipmentStatus, to: ShipmentStatus): boolean =>
  shipmentTransitions[from].includes(to) && byHandAlone[from]?.includes(to) !== true

/**
 * Returns true if a person says by this change that a parcel never left, although its courier reported that
 * it has the parcel.
 */
export const isNeverLeft = (from: ShipmentStatus, to: ShipmentStatus): boolean =>
  to === 'cancelled' && byHandAlone[from]?.includes(to) === true

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
