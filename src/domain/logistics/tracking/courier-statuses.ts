import type { ShipmentStatus } from '../transitions.ts'

/**
 * The 14 statuses of Biteship, each with the parcel states that it may mean. A parcel moves to the first of
 * these states that its present state allows.
 *
 * The status `rejected` has two meanings. Before the pick-up, the courier rejected the parcel, so the parcel
 * is cancelled. After the pick-up, the recipient rejected the parcel, so the parcel comes back.
 */
const statesOfStatus: Readonly<Record<string, readonly ShipmentStatus[]>> = {
  confirmed: ['booked'],
  scheduled: ['booked'],
  allocated: ['booked'],
  picking_up: ['booked'],
  picked: ['picked_up'],
  dropping_off: ['in_transit'],
  on_hold: ['on_hold'],
  delivered: ['delivered'],
  return_in_transit: ['returning'],
  returned: ['returned'],
  rejected: ['cancelled', 'returning'],
  courier_not_found: ['not_found'],
  cancelled: ['cancelled'],
  disposed: ['lost'],
}

/**
 * Every status of Biteship that laku knows.
 * @internal
 */
export const courierStatuses: readonly string[] = Object.keys(statesOfStatus)

/** Returns a status of Biteship in one spelling: for example, `dropping_off` also occurs as `droppingOff`. */
export function courierStatus(word: string): string {
  return word
    .trim()
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s-]+/g, '_')
    .toLowerCase()
}

/**
 * Returns the parcel states that a courier's status may mean, however the status is spelled; undefined for an
 * unknown status.
 */
export function statesOf(word: string): readonly ShipmentStatus[] | undefined {
  const status = courierStatus(word)
  return Object.hasOwn(statesOfStatus, status) ? statesOfStatus[status] : undefined
}
