import type { LockedSession } from '../lifecycle/lock.ts'

/** A buyer's place in a session, with the number of units that it holds. */
export interface Place {
  id: string
  status: string
  units: number
}

/**
 * Decides about a payment that may come too late for its session. Returns the reason why it cannot pay the
 * buyer's place, so that it is refunded; undefined if it can pay the place.
 */
export function reasonLate(
  place: Place | undefined,
  session: LockedSession | undefined,
  seen: ReadonlySet<string>,
): string | undefined {
  if (!place || !session) return 'place_unknown'
  if (place.status === 'left') return 'buyer_left'
  if (seen.has(place.id) || place.status === 'paid' || place.status === 'ordered') return 'paid_twice'
  if (session.status !== 'forming') return 'session_closed'
  return place.status === 'held' ? undefined : 'hold_expired'
}
