import type { Rupiah } from '../kernel/money.ts'
import type { CallLease } from '../kernel/proofs/provider-proof.ts'
import type {
  GatewayTransaction,
  GatewayTransactionPage,
  GatewayTransactionQuery,
} from './reconciliation/gateway-transactions.ts'

/**
 * The state of an invoice at Xendit. PENDING: not paid and not expired. PAID: the buyer has paid; the money
 * counts as ours at once. SETTLED: Xendit has paid the money out to us.
 */
/**
 * `UNKNOWN`: Xendit reports a state that laku does not know. The invoice may or may not be paid.
 */
export type GatewayInvoiceStatus = 'PENDING' | 'PAID' | 'SETTLED' | 'EXPIRED' | 'UNKNOWN'

export interface GatewayInvoice {
  id: string
  externalId: string
  status: GatewayInvoiceStatus
  amountIdr: Rupiah
  paidAmountIdr?: Rupiah
  paidAt?: Date
  /** The kind of payment method that the buyer used: `EWALLET`, `BANK_TRANSFER`, `QR_CODE`. */
  paymentMethod?: string
  /**
   * The payment channel, which is the app or bank of that payment method: `DANA`, `BCA`, `QRIS`. Some
   * channels cannot send a refund back to the payer.
   */
  paymentChannel?: string
  /**
   * Xendit's id of the payment itself, as opposed to its invoice. Refunds and Xendit's transaction list refer
   * to this id.
   */
  paymentId?: string
  paymentRequestId?: string
  /** The app or bank from which a QRIS payment came, by Xendit's name for it. */
  paymentSource?: string
  /** The URL at which the buyer pays the invoice. Missing if Xendit's answer lacks it. */
  invoiceUrl?: string
  expiresAt?: Date
}

export interface GatewayPayer {
  name?: string
  /** The payer's phone number in E.164 format. */
  phone?: string
  email?: string
}

export interface GatewayInvoiceItem {
  name: string
  priceIdr: Rupiah
  quantity: number
}

export interface NewGatewayInvoice {
  /**
   * Laku's key of the invoice: the payment's code. Xendit accepts the same key twice, so look for the invoice
   * with `findInvoices` before a retry.
   */
  externalId: string
  amountIdr: Rupiah
  expiresInS: number
  description: string
  payer: GatewayPayer
  successRedirectUrl?: string
  /** The URL to which Xendit sends a buyer whose invoice can no longer be paid. */
  failureRedirectUrl?: string
  items?: readonly GatewayInvoiceItem[]
  /**
   * The payment methods that the invoice accepts, by Xendit's names. Default: all methods of our Xendit
   * account.
   */
  methods?: readonly string[] | undefined
}

export interface GatewayInvoiceQuery {
  statuses: readonly GatewayInvoiceStatus[]
  paidAfter?: Date
  paidBefore?: Date
  /**
   * Lists only invoices that were paid within this many seconds before now. The machine's clock is used,
   * because in development laku's own clock may be shifted.
   */
  paidWithinS?: number
  /** The id of the last invoice on the previous page of the list. */
  afterId?: string
  limit: number
}

export type GatewayRefundStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'REVERSED'

export interface ListedRefunds {
  refunds: GatewayRefund[]
  /**
   * The reason why a refund may be missing in these lists. `unreadable_refund`: a refund in the lists could
   * not be read. `endless_list`: a list did not end. Undefined if the lists are complete.
   */
  partial?: 'unreadable_refund' | 'endless_list' | undefined
}

export type GatewayRefundReason =
  | 'FRAUDULENT'
  | 'DUPLICATE'
  | 'REQUESTED_BY_CUSTOMER'
  | 'CANCELLATION'
  | 'OTHERS'

export interface GatewayRefund {
  id: string
  status: GatewayRefundStatus
  amountIdr: Rupiah
  failureCode?: string
  /** Laku's reference of the refund; null if a person made the refund by hand in Xendit's dashboard. */
  referenceId: string | null
  invoiceId?: string
  paymentId?: string
  paymentRequestId?: string
}

/**
 * The id by which a refund request names the payment: the payment's own id, or that of its invoice. The kind
 * of our Xendit account decides which.
 */
export type RefundedPayment = { paymentRequestId: string } | { invoiceId: string }

/** All ids that Xendit uses for one payment. */
export interface GatewayPaymentIds {
  invoiceId: string
  paymentId: string | null
  paymentRequestId: string | null
}

export type NewGatewayRefund = RefundedPayment & {
  /**
   * The key that marks repeated requests for the same refund. Xendit does not promise to recognize it: look
   * for the refund first, and repeat the request only if there is none.
   */
  idempotencyKey: string
  referenceId: string
  amountIdr: Rupiah
  reason: GatewayRefundReason
}

/** The payment gateway, Xendit. Every method throws `ProviderFailure`; amounts are whole rupiah. */
export interface PaymentGateway {
  /**
   * Makes an invoice. If the outcome is unknown, an invoice may exist: call `findInvoices(externalId)` before
   * making another.
   */
  createInvoice(invoice: NewGatewayInvoice): Promise<GatewayInvoice>
  getInvoice(id: string): Promise<GatewayInvoice>
  /**
   * Returns all invoices that laku ever made with this `externalId`, in Xendit's sequence; empty if there are
   * none. The caller chooses among them.
   */
  findInvoices(externalId: string): Promise<GatewayInvoice[]>
  /** Returns one page of invoices; the last page is shorter than `limit`. */
  listInvoices(query: GatewayInvoiceQuery): Promise<GatewayInvoice[]>
  /** Closes a pending invoice for good. After that nobody can pay it or open it again. */
  expireInvoice(id: string): Promise<GatewayInvoice>
  /**
   * Asks Xendit to send money back to the bank, card or e-wallet that paid. The call is made only while the
   * caller's `lease` has not run out. While Xendit reports PENDING, the money has not arrived. Once Xendit
   * reports SUCCEEDED, the money has arrived.
   */
  createRefund(refund: NewGatewayRefund, lease?: CallLease): Promise<GatewayRefund>
  getRefund(id: string): Promise<GatewayRefund>
  /**
   * Returns every refund of a payment that Xendit's lists have by now, including refunds made by hand. A
   * refund may appear in the lists only later.
   */
  findRefunds(payment: GatewayPaymentIds): Promise<ListedRefunds>
  /**
   * Returns the refunded sum that Xendit stores with the payment itself; a new refund is in it at once.
   * Undefined if Xendit stores no such sum for the payment.
   */
  refundedIdr(payment: GatewayPaymentIds): Promise<Rupiah | undefined>
  /** Returns one page of Xendit's transaction list. */
  listTransactions(query: GatewayTransactionQuery): Promise<GatewayTransactionPage>
  /** Returns one line of Xendit's transaction list, as it is now. */
  getTransaction(id: string): Promise<GatewayTransaction>
  /** Returns the balance of our Xendit account as Xendit reports it, after fees. */
  balanceIdr(): Promise<Rupiah>
}
