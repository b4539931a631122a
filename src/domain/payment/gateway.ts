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
 * `UNKNOWN`: the provider says a word that laku does not know, which proves neither that it was paid nor that
 * it was not.
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
  /** The address that a buyer goes back to from an invoice that is over. */
  failureRedirectUrl?: string
  items?: readonly GatewayInvoiceItem[]
  /** The ways to pay it, by the provider's names; all that the account has where nothing is said. */
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
  /** Null where somebody made it by hand at the provider. */
  referenceId: string | null
  invoiceId?: string
  paymentId?: string
  paymentRequestId?: string
}

/** How a refund names its payment: as the account's form has it, by the payment itself or by its invoice. */
export type RefundedPayment = { paymentRequestId: string } | { invoiceId: string }

/** All that the provider calls one payment. */
export interface GatewayPaymentIds {
  invoiceId: string
  paymentId: string | null
  paymentRequestId: string | null
}

export type NewGatewayRefund = RefundedPayment & {
  /** The provider does not promise that it knows it again: look first, and repeat only what is not there. */
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
  /** One page; shorter than `limit` when it is the last. */
  listInvoices(query: GatewayInvoiceQuery): Promise<GatewayInvoice[]>
  /** Closes a pending invoice for good; it can never be paid or revived after. */
  expireInvoice(id: string): Promise<GatewayInvoice>
  /**
   * Asks for money to go back to the source, while the lease holds. PENDING is no success: the refund is done
   * when it says SUCCEEDED.
   */
  createRefund(refund: NewGatewayRefund, lease?: CallLease): Promise<GatewayRefund>
  getRefund(id: string): Promise<GatewayRefund>
  /**
   * Every refund of a payment that the provider's lists show by now, whoever made it. What is not there may
   * still come.
   */
  findRefunds(payment: GatewayPaymentIds): Promise<GatewayRefund[]>
  /**
   * Returns the sum refunded of a payment by the provider's own record, which has it at once; nothing if the
   * provider keeps no such figure.
   */
  refundedIdr(payment: GatewayPaymentIds): Promise<Rupiah | undefined>
  /** A page of the provider's own book. */
  listTransactions(query: GatewayTransactionQuery): Promise<GatewayTransactionPage>
  /** One line of it, as it stands now. */
  getTransaction(id: string): Promise<GatewayTransaction>
  /** Returns the balance that the provider says it holds for us, fees taken off. */
  balanceIdr(): Promise<Rupiah>
}
