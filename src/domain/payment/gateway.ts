import type { Rupiah } from '../kernel/money.ts'
import type { CallLease } from '../kernel/provider-proof.ts'
import type {
  GatewayTransaction,
  GatewayTransactionPage,
  GatewayTransactionQuery,
} from './reconciliation/gateway-transactions.ts'

/**
 * PENDING until paid or past its expiry; PAID is ours at once, SETTLED when the gateway has paid it out to
 * us.
 */
/**
 * `UNKNOWN`: the provider uses a word that laku does not know. It proves neither that the invoice was paid
 * nor that it was not.
 */
export type GatewayInvoiceStatus = 'PENDING' | 'PAID' | 'SETTLED' | 'EXPIRED' | 'UNKNOWN'

export interface GatewayInvoice {
  id: string
  externalId: string
  status: GatewayInvoiceStatus
  amountIdr: Rupiah
  paidAmountIdr?: Rupiah
  paidAt?: Date
  /** The family the buyer paid with: `EWALLET`, `BANK_TRANSFER`, `QR_CODE`. */
  paymentMethod?: string
  /** The channel within it: `DANA`, `BCA`, `QRIS`. It decides whether a refund at the source is possible. */
  paymentChannel?: string
  /** The provider's names of the payment itself: refunds and its book go by them. */
  paymentId?: string
  paymentRequestId?: string
  /** The app or bank that paid a QRIS, as the provider names it. */
  paymentSource?: string
  /** The address at which the buyer pays. */
  invoiceUrl: string
  expiresAt: Date
}

export interface GatewayPayer {
  name?: string
  /** E.164 */
  phone?: string
  email?: string
}

export interface GatewayInvoiceItem {
  name: string
  priceIdr: Rupiah
  quantity: number
}

export interface NewGatewayInvoice {
  /** Our key. The gateway does not enforce it: look it up with `findInvoices` before trying again. */
  externalId: string
  amountIdr: Rupiah
  expiresInS: number
  description: string
  payer: GatewayPayer
  successRedirectUrl?: string
  /** The address to which the provider sends a buyer back from an invoice that can no longer be paid. */
  failureRedirectUrl?: string
  items?: readonly GatewayInvoiceItem[]
  /**
   * The provider's names of the payment methods that the invoice takes. Default: all that the account has.
   */
  methods?: readonly string[] | undefined
}

export interface GatewayInvoiceQuery {
  statuses: readonly GatewayInvoiceStatus[]
  paidAfter?: Date
  paidBefore?: Date
  /** Not longer ago, by the machine's clock and not by one that development has shifted. */
  paidWithinS?: number
  /** The last invoice of the page before. */
  afterId?: string
  limit: number
}

export type GatewayRefundStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'REVERSED'

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
  /** Null where a person made the refund by hand at the provider. */
  referenceId: string | null
  invoiceId?: string
  paymentId?: string
  paymentRequestId?: string
}

/**
 * The id by which a refund names its payment: the payment's own or its invoice's, as the account's form of
 * request requires.
 */
export type RefundedPayment = { paymentRequestId: string } | { invoiceId: string }

/** All ids of one payment at the provider. */
export interface GatewayPaymentIds {
  invoiceId: string
  paymentId: string | null
  paymentRequestId: string | null
}

export type NewGatewayRefund = RefundedPayment & {
  /**
   * The provider does not promise to recognize the key again. Look for the refund first, and repeat only one
   * that is not there.
   */
  idempotencyKey: string
  referenceId: string
  amountIdr: Rupiah
  reason: GatewayRefundReason
}

/** The payment gateway. Every method throws `ProviderFailure`; amounts are whole rupiah. */
export interface PaymentGateway {
  /**
   * Makes an invoice. On an unknown outcome it may exist: `findInvoices(externalId)` before a second one is
   * made.
   */
  createInvoice(invoice: NewGatewayInvoice): Promise<GatewayInvoice>
  getInvoice(id: string): Promise<GatewayInvoice>
  /**
   * Every invoice ever made under our key, in the gateway's order; empty when there is none. The caller
   * picks.
   */
  findInvoices(externalId: string): Promise<GatewayInvoice[]>
  /** Returns one page of invoices; the last page is shorter than `limit`. */
  listInvoices(query: GatewayInvoiceQuery): Promise<GatewayInvoice[]>
  /** Closes a pending invoice for good; it can never be paid or revived after. */
  expireInvoice(id: string): Promise<GatewayInvoice>
  /**
   * Asks the provider to send money back to the source, while the lease holds. PENDING is no success: the
   * refund is done when the provider says SUCCEEDED.
   */
  createRefund(refund: NewGatewayRefund, lease?: CallLease): Promise<GatewayRefund>
  getRefund(id: string): Promise<GatewayRefund>
  /**
   * Returns every refund of a payment that the provider's lists show by now, including those made by hand. A
   * refund that is not listed yet may still appear.
   */
  findRefunds(payment: GatewayPaymentIds): Promise<GatewayRefund[]>
  /**
   * Returns the refunded sum of a payment by the provider's own record, which shows a refund at once. Returns
   * undefined where the provider keeps no such figure.
   */
  refundedIdr(payment: GatewayPaymentIds): Promise<Rupiah | undefined>
  /** A page of the provider's own book. */
  listTransactions(query: GatewayTransactionQuery): Promise<GatewayTransactionPage>
  /** Returns one line of the provider's book, as it is now. */
  getTransaction(id: string): Promise<GatewayTransaction>
  /** Returns the balance that the provider states it holds for us, after fees. */
  balanceIdr(): Promise<Rupiah>
}
