import './events.ts'

export { type AdoptedRefund, adoptRefund } from './adoption/adopt-refund.ts'
export { expectLostInvoices } from './adoption/expect-invoices.ts'
export { type ApplyQuarantined, applyQuarantined, type QuarantineDecision } from './apply-quarantined.ts'
export { type DisputeNotice, hearDisputes } from './chargeback/hear-disputes.ts'
export { checkRefund } from './check-refund.ts'
export { paymentChecks } from './checks.ts'
export { confirmInvoices } from './confirm-invoices.ts'
export { type Confirmation, type ConfirmationOutcome, confirmPayments } from './confirm-payments.ts'
export type { GatewayContext } from './context.ts'
export { createPayments, type NewPayment } from './create-payments.ts'
export { approveRefund, createRefund, type RefundRequest, rejectRefund } from './create-refund.ts'
export { decideRefunds, type RefundDecision, refundSessionPayments } from './decide-refunds.ts'
export { discardWebhook } from './discard-webhook.ts'
export { type EndedPayment, endPayment } from './end-payment.ts'
export { type PostedShare, postedItems } from './entitlement/item-shares.ts'
export { leftOf } from './entitlement/rules.ts'
export { type SettledClaim, settleClaim } from './entitlement/settle-claim.ts'
export { paymentErrors } from './errors.ts'
export type { PaymentSubject, RefundSubject } from './events.ts'
export { expectPayment } from './expect-payment.ts'
export { expirePayments } from './expire-payments.ts'
export type { GatewayInvoice, GatewayRefund, PaymentGateway } from './gateway.ts'
export type { GatewayTransaction } from './gateway-transactions.ts'
export { type InboxLag, inboxLag } from './inbox-lag.ts'
export {
  getPayment,
  listPayments,
  type PaymentDetail,
  type PaymentFilter,
  type RefundLine,
  refundTo,
  showPayment,
} from './list-payments.ts'
export { listQuarantined, type QuarantinedLine } from './list-quarantined.ts'
export { getRefund, listHeard, listRefunds, type RefundDetail } from './list-refunds.ts'
export {
  listWebhooks,
  showWebhook,
  type WebhookDetail,
  type WebhookFilter,
  type WebhookView,
} from './list-webhooks.ts'
export { type OpenContext, type OpenedInvoice, openInvoice } from './open-invoice.ts'
export { invoiceRefusal } from './payment-methods.ts'
export { type GatewayNotice, processNotices } from './process-notices.ts'
export { type BookedLine, bookLine, intendBookLine } from './provider-book/book-line.ts'
export { type Adopting, type BookContext, settleKeptLines } from './provider-book/follow-lines.ts'
export { pruneWebhookBodies } from './prune-webhook-bodies.ts'
export {
  bookIsRead,
  intendBookReading,
  type ProviderBookRead,
  readProviderBook,
} from './read-provider-book.ts'
export { type Difference, type Reconciliation, reconcileGateway } from './reconcile-gateway.ts'
export { type ReconciliationRun, runReconciliation } from './reconciliation/run-reconciliation.ts'
export { type RecordedChargeback, recordChargeback, type ToldChargeback } from './record-chargeback.ts'
export { declareDead, type Looked, lookForLost } from './refund/declare-dead.ts'
export { refundsWaiting } from './refund/plan-by-balance.ts'
export { refundQuarantined } from './refund-quarantined.ts'
export { type EscrowRelease, releaseEscrow } from './release-escrow.ts'
export { type Replay, replayWebhooks } from './replay-webhooks.ts'
export { type RefundRetry, readProviderRefund, retryRefund } from './retry-refund.ts'
export { type RefundWay, refundWay } from './rules.ts'
export { type LinkedPayment, seePayment } from './see-payment.ts'
export { settleRefunds } from './settle-refunds.ts'
export { refundsDue, submitRefunds, sweepRefunds } from './submit-refunds.ts'
export { decideSuspense, disposeSuspense, settleSuspenseByFact } from './suspense/dispose-suspense.ts'
export { putPosting } from './suspense/put-posting.ts'
export { paymentsDue, sweepPayments } from './sweep-payments.ts'
export { type IntendedSync, intendSync, syncPayment } from './sync-payment.ts'
export {
  type PaymentStatus,
  paymentTransitions,
  type RefundStatus,
  refundTransitions,
} from './transitions.ts'
export { type Payment, type PaymentView, payLink, paymentView } from './views.ts'
export { freeParts } from './wallet-part/free-parts.ts'
export { invoiceIdrOf, isParted, type PayWith } from './wallet-part/rules.ts'
export {
  claimWebhooks,
  type FailedWebhook,
  type IncomingWebhook,
  markProcessed,
  markProcessedAsOf,
  noteFailures,
  raiseUnread,
  receiveWebhook,
  type WaitingWebhook,
  type WebhookProvider,
  waitingWebhooks,
} from './webhook-inbox.ts'
export { announceWithdrawal, withdrawPayments } from './withdraw-payments.ts'
