export { cancelSession, refundSession, type SessionMoney } from './cancel-session.ts'
export { checkSession } from './check-session.ts'
export { groupBuyingChecks } from './checks.ts'
export { confirmParticipants } from './confirm-participants.ts'
export { createOrdersOf, releaseEscrowOf, type SessionOrders } from './create-orders.ts'
export { createSession, type NewSession } from './create-session.ts'
export { groupBuyingErrors } from './errors.ts'
export { escrowPayment } from './escrow-payment.ts'
export { type FulfilmentView, fulfilDemand } from './fulfil-demand.ts'
export { type FulfilContext, fulfilSession } from './fulfil-session.ts'
export type { Join, JoinAnswer, JoinOutcome, JoinSettings } from './join.ts'
export { joinSessions } from './join-sessions.ts'
export { type LeaveView, leaveSession } from './leave-session.ts'
export { listParticipants, type ParticipantView } from './list-participants.ts'
export { getSession, listSessions, type SessionFilter } from './list-sessions.ts'
export { releaseHolds } from './release-holds.ts'
export { resumeWaiting } from './resume-waiting.ts'
export type { ClosePolicy, Tier } from './rules.ts'
export { markParticipantsRefunded } from './settle-refunds.ts'
export { sessionsDue, sweepSessions } from './sweep-sessions.ts'
export {
  type ParticipantStatus,
  participantTransitions,
  type SessionStatus,
  sessionTransitions,
} from './transitions.ts'
export type { SessionView } from './views.ts'
