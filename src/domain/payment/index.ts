import './events.ts'

export { type AdoptedRefund, adoptRefund } from './adoption/adopt-refund.ts'
export { expectLostInvoices } from './adoption/expect-invoices.ts'
export { type RecordedChargeback, type ReportedChargeback, recordChargeback } from './chargebacks/record.ts'
export { type DisputeNotice, reportDisputes } from './chargebacks/report-disputes.ts'
export { paymentChecks } from './checks.ts'
export type { GatewayContext } from './context.ts'
export { type PostedShare, postedItems } from './entitlement/item-shares.ts'
export { leftOf } from './entitlement/rules.ts'
export { type SettledClaim, settleClaim } from './entitlement/settle-claim.ts'
export { paymentErrors } from './errors.ts'
export { type EscrowRelease, releaseEscrow } from './escrow/release.ts'
export type { PaymentSubject, RefundSubject } from './events.ts'
export type { GatewayInvoice, GatewayRefund, PaymentGateway } from './gateway.ts'
export { confirmInvoices } from './invoices/confirm.ts'
export { type OpenContext, type OpenedInvoice, openInvoice } from './invoices/open.ts'
export { type GatewayNotice, processNotices } from './invoices/process-notices.ts'
export { cancelPayments, requestPaymentCancellation } from './payments/cancel.ts'
export { type Confirmation, type ConfirmationOutcome, confirmPayments } from './payments/confirm.ts'
export { createPayments, type NewPayment } from './payments/create.ts'
export { type EndedPayment, endPayment } from './payments/end.ts'
export { expectPayment } from './payments/expect.ts'
export { expirePayments } from './payments/expire.ts'
export {
  getPayment,
  listPayments,
  type PaymentDetail,
  type PaymentFilter,
  type RefundLine,
  refundTo,
  showPayment,
} from './payments/list.ts'
export { invoiceRefusal } from './payments/methods.ts'
export { getLinkedPayment, type LinkedPayment } from './payments/read-linked.ts'
export { paymentsDue, sweepPayments } from './payments/sweep.ts'
export { type IntendedSync, intendSync, syncPayment } from './payments/sync.ts'
export { type BookedLine, bookLine, intendBookLine } from './reconciliation/book-line.ts'
export type { GatewayTransaction } from './reconciliation/gateway-transactions.ts'
export {
  bookIsRead,
  intendBookReading,
  type ProviderBookRead,
  readProviderBook,
} from './reconciliation/read-provider-book.ts'
export { type Difference, type Reconciliation, reconcileGateway } from './reconciliation/reconcile-gateway.ts'
export { type Adopting, type BookContext, settleKeptLines } from './reconciliation/resolve-lines.ts'
export { type ReconciliationRun, runReconciliation } from './reconciliation/run.ts'
export { checkRefund } from './refunds/check.ts'
export { approveRefund, createRefund, type RefundRequest, rejectRefund } from './refunds/create.ts'
export { decideRefunds, type RefundDecision, refundSessionPayments } from './refunds/decide.ts'
export { declareDead, type Looked, searchLostRefund } from './refunds/declare-dead.ts'
export { getRefund, listHeard, listRefunds, type RefundDetail } from './refunds/list.ts'
export { refundsWaiting } from './refunds/plan-by-balance.ts'
export { type RefundRetry, readProviderRefund, retryRefund } from './refunds/retry.ts'
export { settleRefunds } from './refunds/settle.ts'
export { refundsDue, submitRefunds, sweepRefunds } from './refunds/submit.ts'
export { type RefundWay, refundWay } from './rules.ts'
export { type ApplyQuarantined, applyQuarantined, type QuarantineDecision } from './suspense/apply.ts'
export { decideSuspense, disposeSuspense, settleSuspenseByFact } from './suspense/dispose.ts'
export { listQuarantined, type QuarantinedLine } from './suspense/list.ts'
export { putPosting } from './suspense/put-posting.ts'
export { refundQuarantined } from './suspense/refund.ts'
export {
  type PaymentStatus,
  paymentTransitions,
  type RefundStatus,
  refundTransitions,
} from './transitions.ts'
export { type Payment, type PaymentView, payLink, paymentView } from './views.ts'
export { freeParts } from './wallet-part/free-parts.ts'
export { invoiceIdrOf, isParted, type PayWith } from './wallet-part/rules.ts'
