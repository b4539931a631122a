import { machineOf, statesBefore, statesOf, type Transitions } from '../kernel/index.ts'

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
 * The transitions of a session. If nobody waits for goods after the first orders are created, the session
 * goes to `success` at once.
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

/** The states of a session that customers may see: all but a draft. */
export const publicSessionStates = statesOf(sessionTransitions).filter((state) => state !== 'draft')

/** The states of a session in which nothing is left to do. */
export const endedSessionStates = statesOf(sessionTransitions).filter(
  (state) => sessionTransitions[state].length === 0,
)

/** The states of a session that is not open yet, or is open to buyers. */
export const unendedSessionStates: readonly SessionStatus[] = ['draft', 'forming']

/** The states of a session that has enough buyers, but not yet an order for each buyer. */
export const fulfilmentStates: readonly SessionStatus[] = ['moq_reached', 'pending_stock', 'orders_created']

/** The states of a session that takes buyers, or whose orders are being created. */
export const runningSessionStates: readonly SessionStatus[] = ['forming', ...fulfilmentStates]

/** The states of a session whose buyers are refunded. */
export const refundingSessionStates: readonly SessionStatus[] = statesBefore(sessionTransitions, 'refunded')

/** The states of a session that needs no stock any more: its orders are created, or it has ended. */
export const stockedSessionStates: readonly SessionStatus[] = [
  'orders_created',
  'success',
  'cancelled',
  'refunded',
]

/**
 * The states of a session that will take buyers, or takes them now. The prices of such a session are
 * promised.
 */
export const promisedSessionStates: readonly SessionStatus[] = ['draft', 'forming']

/** The states of a session whose buyers are being refunded, or have been refunded. */
export const refundSessionStates: readonly SessionStatus[] = [...refundingSessionStates, 'refunded']

/** The states of a session that has enough buyers, and no order yet. */
export const stockingSessionStates: readonly SessionStatus[] = ['moq_reached', 'pending_stock']

/**
 * The states of a session whose buyers are not refunded: it is not over, or an order exists for each buyer.
 */
export const unrefundableSessionStates: readonly SessionStatus[] = [...promisedSessionStates, 'success']

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

/** The states of a participant who has paid and was not refunded. */
export const paidParticipantStates: readonly ParticipantStatus[] = ['paid', 'ordered']

/** The states of a participant who has a place in the session. */
export const liveParticipantStates: readonly ParticipantStatus[] = ['held', ...paidParticipantStates]

/** The states of a participant who has a place in the session, and no order yet. */
export const unorderedParticipantStates: readonly ParticipantStatus[] = ['held', 'paid']
