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
 * The allowed transitions of a payment. An expired payment can still be paid: the provider may report PAID
 * after EXPIRED, and that money must be booked.
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

/** The states of a payment whose money was received and may be refunded. */
export const paidStates: readonly PaymentStatus[] = statesBefore(paymentTransitions, 'partially_refunded')

/** The states of a payment whose money was received, however much of it was refunded. */
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
 * The allowed transitions of a refund. A refund into the wallet succeeds as soon as it is approved. A refund
 * to the source succeeds when the provider says so, even after it reported FAILED. A failed refund is sent
 * again under its next attempt. A refund that failed or was not sent may go to the wallet instead.
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
 * The allowed transitions of a reconciliation, which compares laku's ledger with the provider's transaction
 * list. Only one reconciliation runs at a time. The next one begins at the end of the last period without a
 * difference.
 */
export const reconciliationTransitions: Transitions<ReconciliationStatus> = {
  running: ['agrees', 'differs', 'broken_off'],
  agrees: [],
  differs: [],
  broken_off: [],
}

export const reconciliationMachine = machineOf('reconciliation', 'reconciliations', reconciliationTransitions)

export type QuarantineStatus = 'waiting' | 'applied' | 'refunded' | 'charged_back'

/** The allowed transitions of quarantined money: it waits for a person, who decides once. */
export const quarantineTransitions: Transitions<QuarantineStatus> = {
  waiting: ['applied', 'refunded', 'charged_back'],
  applied: [],
  refunded: [],
  charged_back: [],
}

export const quarantineMachine = machineOf('quarantine', 'quarantinedMoney', quarantineTransitions)
