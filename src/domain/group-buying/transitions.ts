import { machineOf, type Transitions } from '../kernel/index.ts'

export type SessionStatus =
  | 'draft'
  | 'forming'
  | 'moq_reached'
  | 'pending_stock'
  | 'orders_created'
  | 'success'
  | 'failed'
  | 'cancelled'
  | 'refunded'

/**
 * The transitions of a session. If nobody waits for goods after the orders are made, the session goes to
 * success at once.
 */
export const sessionTransitions: Transitions<SessionStatus> = {
  draft: ['forming', 'cancelled'],
  forming: ['moq_reached', 'failed', 'cancelled'],
  moq_reached: ['pending_stock', 'orders_created', 'success', 'cancelled'],
  pending_stock: ['orders_created', 'success', 'cancelled'],
  orders_created: ['success'],
  success: [],
  failed: ['refunded'],
  cancelled: ['refunded'],
  refunded: [],
}

export const sessionMachine = machineOf('session', 'groupBuyingSessions', sessionTransitions)

export type ParticipantStatus = 'held' | 'paid' | 'ordered' | 'expired' | 'left' | 'refunded'

export const participantTransitions: Transitions<ParticipantStatus> = {
  held: ['paid', 'expired', 'left'],
  paid: ['ordered', 'refunded', 'left'],
  ordered: [],
  expired: [],
  left: ['refunded'],
  refunded: [],
}

export const participantMachine = machineOf('participant', 'groupParticipants', participantTransitions)
