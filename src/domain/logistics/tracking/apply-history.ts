import type { CourierEvent, CourierOrder } from '../courier.ts'
import { isByCourier, isOver, type ShipmentStatus } from '../transitions.ts'
import { courierStatus, statesOf } from './courier-statuses.ts'

/** A parcel, with the time up to which the courier's history was applied to it. */
export interface TrackedParcel {
  status: ShipmentStatus
  bookedAt: Date
  /** The time of the last line of the courier's history that was applied to the parcel. */
  trackedUntil: Date | null
  /**
   * The time at which staff set the parcel's status by hand; null if staff set no status, or if the courier
   * has confirmed the status after staff set it.
   */
  movedByHandAt: Date | null
  /** The events of the parcel that are recorded already. */
  events: readonly { status: ShipmentStatus; happenedAt: Date }[]
}

export interface NewShipmentEvent {
  status: ShipmentStatus
  providerStatus: string | null
  note: string | null
  happenedAt: Date
}

/** The changes to a parcel that follow from the courier's history. */
export interface Followed {
  status: ShipmentStatus
  trackedUntil: Date | null
  movedByHandAt: Date | null
  newEvents: NewShipmentEvent[]
  /** The statuses in the courier's history that laku does not know. */
  unknown: string[]
  /**
   * The statuses in the courier's history that contradict the parcel's status in laku. A person decides which
   * is right.
   */
  contradictions: string[]
}

/** The position of each state on a parcel's journey, to tell an earlier state from a later one. */
const step: Partial<Record<ShipmentStatus, number>> = {
  booked: 1,
  picked_up: 2,
  in_transit: 3,
  on_hold: 3,
  delivered: 4,
}

const isBehind = (said: ShipmentStatus, ours: ShipmentStatus) => (step[said] ?? 9) < (step[ours] ?? 0)

/**
 * The courier's statuses about the booking of a parcel. They are ignored, because the booking was recorded
 * when it was made.
 */
const ofBooking: ReadonlySet<string> = new Set(['confirmed', 'scheduled'])

/**
 * Applies a courier's history of a parcel, which is always read as a whole. Its lines are applied in the
 * order of time, each once, and the parcel's state only goes forward. Unknown or contradicting statuses do
 * not change the state.
 *
 * So the same history always ends in the same state, even if notices were lost, doubled or out of order.
 */
export function applyCourierHistory(
  parcel: TrackedParcel,
  order: Pick<CourierOrder, 'status'> & { history: readonly CourierEvent[] },
): Followed {
  const followed: Followed = { ...parcel, newEvents: [], unknown: [], contradictions: [] }
  const seen = new Set(parcel.events.map(keyOf))
  const until = parcel.trackedUntil?.getTime() ?? Number.NEGATIVE_INFINITY
  for (const line of linesOf(parcel, order)) {
    if (ofBooking.has(courierStatus(line.status))) continue
    const states = statesOf(line.status)
    const at = line.updatedAt.getTime()
    if (!states) {
      if (at > until) followed.unknown.push(courierStatus(line.status))
    } else if (!isKnown(seen, states, line)) {
      followLine(followed, line, states, at >= until)
    }
    if (at > (followed.trackedUntil?.getTime() ?? Number.NEGATIVE_INFINITY))
      followed.trackedUntil = line.updatedAt
  }
  return followed
}

/**
 * Returns the lines of a courier's history in the order of time. If the courier order has a newer status than
 * its history, that status is added as the last line.
 */
function linesOf(
  { bookedAt }: TrackedParcel,
  { status, history }: { status: string; history: readonly CourierEvent[] },
): CourierEvent[] {
  const lines = history.toSorted((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())
  const last = lines.at(-1)
  if (last && courierStatus(last.status) === courierStatus(status)) return lines
  return [...lines, { status, note: '', updatedAt: last?.updatedAt ?? bookedAt }]
}

const keyOf = ({ status, happenedAt }: { status: ShipmentStatus; happenedAt: Date }) =>
  `${status} ${happenedAt.getTime()}`

function isKnown(seen: Set<string>, states: readonly ShipmentStatus[], { updatedAt }: CourierEvent): boolean {
  return states.some((status) => seen.has(keyOf({ status, happenedAt: updatedAt })))
}

function followLine(
  followed: Followed,
  line: CourierEvent,
  states: readonly ShipmentStatus[],
  isNewEvent: boolean,
): void {
  const agrees = states.includes(followed.status)
  const to = agrees ? followed.status : states.find((state) => isByCourier(followed.status, state))
  const isLate = !isNewEvent || isBeforeHand(followed, states, line.updatedAt)
  const providerStatus = courierStatus(line.status)
  if (to === undefined || (!agrees && isLate)) {
    const said = states.at(-1) as ShipmentStatus
    if (isNewEvent && contradicts(followed, said, line.updatedAt))
      followed.contradictions.push(providerStatus)
    write(followed, line, said)
    return
  }
  // A final status of a parcel is recorded only once, by whoever reported it first: staff or the courier.
  if (agrees && isOver(to)) followed.movedByHandAt = null
  else write(followed, line, to)
  if (isNewEvent) Object.assign(followed, { status: to, movedByHandAt: null })
}

/**
 * Tells whether a line of the courier's history is only a late report of an earlier state. That is so if the
 * line is older than the status that staff set by hand.
 */
function isBeforeHand(
  { status, movedByHandAt }: Followed,
  states: readonly ShipmentStatus[],
  at: Date,
): boolean {
  return movedByHandAt !== null && at <= movedByHandAt && states.every((said) => isBehind(said, status))
}

function write(
  { newEvents }: Followed,
  { status, note, updatedAt }: CourierEvent,
  state: ShipmentStatus,
): void {
  const event = {
    status: state,
    providerStatus: courierStatus(status),
    note: note || null,
    happenedAt: updatedAt,
  }
  if (!newEvents.some((newEvent) => keyOf(newEvent) === keyOf(event))) newEvents.push(event)
}

/**
 * Tells whether a line of the courier's history contradicts the parcel's status in laku. The line names a
 * state to which the parcel does not move:
 * - If this state is not earlier than the parcel's status, the line contradicts the status.
 * - If it is earlier, and staff set the status by hand, the line contradicts the status only if the line is
 *   newer than the change by staff.
 * - If it is earlier, and the status comes from the courier, the line contradicts the status only if the
 *   status is final.
 */
function contradicts({ status, movedByHandAt }: Followed, said: ShipmentStatus, at: Date): boolean {
  if (!isBehind(said, status)) return true
  return movedByHandAt ? at > movedByHandAt : isOver(status)
}
