import type { ShipmentStatus } from '../transitions.ts'

/**
 * The 14 statuses of Biteship and where they put a parcel: of several, the first that it may go to. A courier
 * who rejects a parcel before the pick-up cancels it; afterwards it is the recipient who rejects it, and it
 * comes back.
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
 * Every status of the courier that is known.
 * @internal
 */
export const courierStatuses: readonly string[] = Object.keys(statesOfStatus)

/** Biteship's own spelling of a status that also occurs as `droppingOff`. */
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
