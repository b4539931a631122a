import type { LockedSession } from '../lifecycle/lock.ts'
import { type ParticipantStatus, paidParticipantStates } from '../transitions.ts'

/** A buyer's place in a session, with the number of units that it holds. */
export interface Place {
  id: string
  status: ParticipantStatus
  units: number
}

/**
 * Decides whether a payment can still pay the buyer's place in a session. Returns undefined if it can.
 * Otherwise returns the reason why not, and the caller refunds the payment.
 */
export function reasonLate(
  place: Place | undefined,
  session: LockedSession | undefined,
  seen: ReadonlySet<string>,
): string | undefined {
  if (!place || !session) return 'place_unknown'
  if (place.status === 'left') return 'buyer_left'
  if (seen.has(place.id) || paidParticipantStates.includes(place.status)) return 'paid_twice'
  if (session.status !== 'forming') return 'session_closed'
  return place.status === 'held' ? undefined : 'hold_expired'
}
