import './events.ts'

export { groupBuyingChecks } from './checks.ts'
export { groupBuyingErrors } from './errors.ts'
export {
  allocateReceived,
  applyEndedPurchaseOrders,
  resumeWaiting,
} from './fulfilment/apply-stock-changes.ts'
export {
  createCoveredOrders,
  createOrdersOf,
  releaseEscrowOf,
  type SessionOrders,
} from './fulfilment/create-orders.ts'
export { fulfilSession } from './fulfilment/fulfil.ts'
export { fulfilDemand } from './fulfilment/fulfil-demand.ts'
export { markParticipantsRefunded } from './fulfilment/mark-refunded.ts'
export { confirmParticipants } from './joins/confirm-participants.ts'
export { endRefundedPlace } from './joins/end-refunded-place.ts'
export { escrowPayment } from './joins/escrow-payment.ts'
export { joinSessions } from './joins/join.ts'
export { joinForBuyer } from './joins/join-for-buyer.ts'
export {
  type Join,
  type JoinAnswer,
  type JoinOutcome,
  type JoinSettings,
  usesWallet,
} from './joins/join-request.ts'
export { leaveSession } from './joins/leave.ts'
export { readPaidBuyers } from './joins/read-paid-buyers.ts'
export { releaseHolds } from './joins/release-holds.ts'
export { cancelSession, refundSession } from './lifecycle/cancel.ts'
export { closeEarly } from './lifecycle/close-early.ts'
export { countHeldByOver, countLate } from './lifecycle/count-late.ts'
export { createSession } from './lifecycle/create.ts'
export { checkSession } from './lifecycle/end-if-due.ts'
export { extendSession } from './lifecycle/extend.ts'
export { finalTier } from './lifecycle/final-price.ts'
export { type ClosePolicy, verdict } from './lifecycle/moq.ts'
export { openSession } from './lifecycle/open.ts'
export { keepBelowShelf } from './lifecycle/refuse-lower-shelf.ts'
export { sessionsDue, sweepSessions, sweepSessionsApart } from './lifecycle/sweep.ts'
export type { NewTier } from './lifecycle/tier-prices.ts'
export { getSession, listSessions } from './list.ts'
export {
  endedSessionStates,
  type ParticipantStatus,
  participantTransitions,
  publicSessionStates,
  type SessionStatus,
  sessionTransitions,
  stockedSessionStates,
  unendedSessionStates,
  unorderedParticipantStates,
} from './transitions.ts'
export type { SessionView } from './views.ts'
