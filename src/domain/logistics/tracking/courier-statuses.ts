import type { ShipmentStatus } from '../transitions.ts'

/**
 * The 14 statuses of Biteship, and the parcel states that each may mean; a parcel takes the first of these
 * that it may move to. A parcel rejected before the pick-up was rejected by the courier and is cancelled. A
 * parcel rejected later was rejected by the recipient and comes back.
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
 * Every status of the courier that laku knows.
 * @internal
 */
export const courierStatuses: readonly string[] = Object.keys(statesOfStatus)

/**
 * Returns a courier's status in Biteship's own spelling: for example, `dropping_off` also occurs as
 * `droppingOff`.
 */
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
