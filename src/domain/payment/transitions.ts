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

/**
 * The states in which a payment can still be paid through its invoice, even after the provider reported
 * EXPIRED.
 */
export const payableStates: readonly PaymentStatus[] = ['pending', 'expired']

/** The states of a payment that waits for its buyer's money, or for a person's decision about that money. */
export const awaitedStates: readonly PaymentStatus[] = ['pending', 'review']

/** The states of a payment that ended without money. */
export const lapsedStates: readonly PaymentStatus[] = ['expired', 'failed']

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

/** The states of a refund that may be sent to the provider now, or again. */
export const sendableRefundStates: readonly RefundStatus[] = statesBefore(refundTransitions, 'submitted')

/** The states of a refund that laku asked the provider for, and that has not arrived. */
export const triedRefundStates: readonly RefundStatus[] = ['submitted', 'failed']

/**
 * The states of a refund that laku owes to the buyer, because it was approved and has not arrived. laku's
 * ledger holds this money in an account, from which the refund is paid.
 */
export const outstandingRefundStates: readonly RefundStatus[] = [...sendableRefundStates, 'submitted']

/** The states of a refund whose money has arrived, at its source or in the wallet. */
export const arrivedRefundStates: readonly RefundStatus[] = ['succeeded', 'to_wallet']

/** The states of a refund that was approved: it is under way, has failed or has arrived. */
export const grantedRefundStates: readonly RefundStatus[] = [
  ...outstandingRefundStates,
  ...arrivedRefundStates,
]

/** The states of a refund that nobody approved, so it promises the buyer nothing. */
export const ungrantedRefundStates: readonly RefundStatus[] = ['requested', 'rejected']

export type ReconciliationStatus = 'running' | 'agrees' | 'differs' | 'broken_off'

/**
 * The allowed transitions of a reconciliation, which compares laku's ledger with the provider's transaction
 * list. Only one reconciliation runs at a time. The next one begins at the end of the last period in which
 * the two agreed.
 */
export const reconciliationTransitions: Transitions<ReconciliationStatus> = {
  running: ['agrees', 'differs', 'broken_off'],
  agrees: [],
  differs: [],
  broken_off: [],
}

export const reconciliationMachine = machineOf('reconciliation', 'reconciliations', reconciliationTransitions)

export type QuarantineStatus = 'waiting' | 'applied' | 'refunded' | 'charged_back'

/**
 * The allowed transitions of quarantined money: it waits for a person, who decides once. A chargeback that
 * was assigned to it by mistake is taken off it again.
 */
export const quarantineTransitions: Transitions<QuarantineStatus> = {
  waiting: ['applied', 'refunded', 'charged_back'],
  applied: [],
  refunded: [],
  charged_back: ['waiting'],
}

export const quarantineMachine = machineOf('quarantine', 'quarantinedMoney', quarantineTransitions)
