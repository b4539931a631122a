import { machineOf, statesBefore, type Transitions } from '../kernel/index.ts'

export type PaymentStatus =
  | 'pending'
  | 'paid'
  | 'partially_refunded'
  | 'refunded'
  | 'expired'
  | 'failed'
  | 'review'

/**
 * An expired payment can still be paid: the provider's PAID may follow its EXPIRED, and money is never
 * ignored.
 */
export const paymentTransitions: Transitions<PaymentStatus> = {
  pending: ['paid', 'expired', 'failed', 'review'],
  paid: ['partially_refunded', 'refunded'],
  partially_refunded: ['partially_refunded', 'refunded'],
  refunded: [],
  expired: ['paid', 'review'],
  failed: [],
  review: ['paid', 'refunded'],
}

export const paymentMachine = machineOf('payment', 'payments', paymentTransitions)

/** The states of a payment that was received and of which money may go back. */
export const paidStates: readonly PaymentStatus[] = statesBefore(paymentTransitions, 'partially_refunded')

/** The states of a payment that was received, however much of it was refunded. */
export const receivedStates: readonly PaymentStatus[] = [...paidStates, 'refunded']

export type RefundStatus =
  | 'requested'
  | 'approved'
  | 'submitted'
  | 'succeeded'
  | 'failed'
  | 'rejected'
  | 'to_wallet'

/**
 * A refund into the wallet has succeeded as soon as it is approved. A failed refund is sent again under its
 * next attempt. A refund has succeeded whenever the provider says so, also after it said FAILED. A refund of
 * which nothing was sent yet may go to the wallet instead.
 */
export const refundTransitions: Transitions<RefundStatus> = {
  requested: ['approved', 'succeeded', 'rejected'],
  approved: ['submitted', 'succeeded', 'to_wallet'],
  submitted: ['succeeded', 'failed'],
  failed: ['submitted', 'succeeded', 'to_wallet'],
  succeeded: [],
  rejected: [],
  to_wallet: [],
}

export const refundMachine = machineOf('refund', 'refunds', refundTransitions)

export type ReconciliationStatus = 'running' | 'agrees' | 'differs' | 'broken_off'

/**
 * The books are held against each other by one run at a time; the next one begins where the last was proven.
 */
export const reconciliationTransitions: Transitions<ReconciliationStatus> = {
  running: ['agrees', 'differs', 'broken_off'],
  agrees: [],
  differs: [],
  broken_off: [],
}

export const reconciliationMachine = machineOf('reconciliation', 'reconciliations', reconciliationTransitions)

export type QuarantineStatus = 'waiting' | 'applied' | 'refunded' | 'charged_back'

/** Money that fits no payment waits for a person, who decides once. */
export const quarantineTransitions: Transitions<QuarantineStatus> = {
  waiting: ['applied', 'refunded', 'charged_back'],
  applied: [],
  refunded: [],
  charged_back: [],
}

export const quarantineMachine = machineOf('quarantine', 'quarantinedMoney', quarantineTransitions)
