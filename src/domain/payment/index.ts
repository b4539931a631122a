import './events.ts'

export { expectLostInvoices } from './adoption/expect-invoices.ts'
export { type ReportedChargeback, recordChargeback } from './chargebacks/record-reported.ts'
export { type DisputeNotice, reportDisputes } from './chargebacks/report-disputes.ts'
export { paymentChecks } from './checks.ts'
export type { GatewayContext } from './context.ts'
export { closeClaim } from './entitlement/close-claim.ts'
export { postedItems } from './entitlement/item-shares.ts'
export { leftOf } from './entitlement/rules.ts'
export {
  lockEscrowPayments,
  lockPaymentsOf,
  lockSessionPayments,
  type OrderPayment,
} from './escrow/lock-payments-of.ts'
export { releaseEscrow } from './escrow/release.ts'
export type { GatewayRefund, PaymentGateway } from './gateway.ts'
export { confirmInvoices } from './invoices/confirm.ts'
export { openInvoice } from './invoices/open.ts'
export { type GatewayNotice, processNotices } from './invoices/process-notices.ts'
export { cancelPayments, requestPaymentCancellation } from './payments/cancel.ts'
export { confirmPayments } from './payments/confirm.ts'
export { createPayments } from './payments/create.ts'
export { endPayment } from './payments/end.ts'
export { expectPayment } from './payments/expect.ts'
export { expirePayments } from './payments/expire.ts'
export {
  getPayment,
  refundTo,
  showPayment,
} from './payments/list.ts'
export { invoiceRefusal } from './payments/methods.ts'
export { getLinkedPayment, type LinkedPayment } from './payments/read-linked.ts'
export { paymentsDue, sweepPayments } from './payments/sweep.ts'
export { type IntendedSync, intendSync, syncPayment } from './payments/sync.ts'
export { wasReceived } from './payments/was-received.ts'
export { bookLine, intendBookLine } from './reconciliation/book-line.ts'
export {
  intendBookReading,
  type ProviderBookRead,
  readProviderBook,
} from './reconciliation/read-provider-book.ts'
export { bookIsRead, bookReadingGoesOn } from './reconciliation/reading-mark.ts'
export { reconcileGateway, requireMissingThere } from './reconciliation/reconcile-gateway.ts'
export { resolveKeptLines } from './reconciliation/resolve-kept-lines.ts'
export type { BookContext } from './reconciliation/resolve-lines.ts'
export { runReconciliation } from './reconciliation/run.ts'
export { applyRefundAnswers } from './refunds/apply-answers.ts'
export { askAboutFailedRefund } from './refunds/ask-first.ts'
export { checkRefund } from './refunds/check.ts'
export { countMisshapen } from './refunds/count-misshapen.ts'
export { approveRefund, createRefund, type RefundRequest, rejectRefund } from './refunds/create.ts'
export { decideRefunds, refundSessionPayments } from './refunds/decide.ts'
export { declareDead, keepRefund, searchLostRefund } from './refunds/declare-dead.ts'
export { askAboutPendingRefund, giveUpRefund, isAwaitedRefund } from './refunds/give-up.ts'
export { getRefund, type RefundDetail } from './refunds/list.ts'
export { refundsWaiting } from './refunds/plan-by-balance.ts'
export { type RefundRetry, readProviderRefund, retryRefund } from './refunds/retry.ts'
export { refundsDue, submitRefunds, sweepRefunds } from './refunds/submit.ts'
export { type ApplyQuarantined, applyQuarantined } from './suspense/apply.ts'
export { decideSuspense, disposeSuspense, disposeSuspenseByFact } from './suspense/dispose.ts'
export { listQuarantined } from './suspense/list.ts'
export { putPosting } from './suspense/put-posting.ts'
export { refundQuarantined } from './suspense/refund.ts'
export { undoSuspense } from './suspense/undo.ts'
export {
  arrivedRefundStates,
  awaitedStates,
  lapsedStates,
  outstandingRefundStates,
  type PaymentStatus,
  paidStates,
  paymentTransitions,
  type RefundStatus,
  refundTransitions,
} from './transitions.ts'
export { type Payment, type PaymentView, paymentView } from './views.ts'
export { freeParts } from './wallet-part/free-parts.ts'
export type { PayWith } from './wallet-part/rules.ts'
