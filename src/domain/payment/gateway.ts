import type { Rupiah } from '../kernel/money.ts'
import type { CallLease } from '../kernel/proofs/provider-proof.ts'
import type {
  GatewayTransaction,
  GatewayTransactionPage,
  GatewayTransactionQuery,
} from './reconciliation/gateway-transactions.ts'

/**
 * An invoice is PENDING until it is paid or expires. PAID: the money counts as ours at once. SETTLED: the
 * gateway has paid it out to us.
 */
/**
 * `UNKNOWN`: the provider reports a state that laku does not know. It proves neither that the invoice was
 * paid nor that it was not.
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
   * The payment channel within that kind: `DANA`, `BCA`, `QRIS`. It decides whether a refund at the source is
   * possible.
   */
  paymentChannel?: string
  /** The provider's id of the payment itself, which refunds and the provider's book refer to. */
  paymentId?: string
  paymentRequestId?: string
  /** The app or bank from which a QRIS payment came, as the provider names it. */
  paymentSource?: string
  /** The URL at which the buyer pays the invoice; an odd answer lacks this URL. */
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
   * Our key of the invoice. The gateway does not enforce that it is unique: look for the invoice with
   * `findInvoices` before a retry.
   */
  externalId: string
  amountIdr: Rupiah
  expiresInS: number
  description: string
  payer: GatewayPayer
  successRedirectUrl?: string
  /** The URL to which the provider sends a buyer back from an invoice that can no longer be paid. */
  failureRedirectUrl?: string
  items?: readonly GatewayInvoiceItem[]
  /**
   * The provider's names of the payment methods that the invoice accepts. Default: all methods of the
   * account.
   */
  methods?: readonly string[] | undefined
}

export interface GatewayInvoiceQuery {
  statuses: readonly GatewayInvoiceStatus[]
  paidAfter?: Date
  paidBefore?: Date
  /**
   * Only invoices paid within this many seconds, by the machine's clock, not by a clock that development has
   * shifted.
   */
  paidWithinS?: number
  /** The id of the last invoice of the previous page. */
  afterId?: string
  limit: number
}

export type GatewayRefundStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'REVERSED'

export interface ListedRefunds {
  refunds: GatewayRefund[]
  /**
   * Why the lists may hide another refund: `unreadable_refund` (some of them could not be read) or
   * `endless_list`. Undefined where the lists were read to their end.
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
  /** Our reference of the refund; null if a person made the refund by hand at the provider. */
  referenceId: string | null
  invoiceId?: string
  paymentId?: string
  paymentRequestId?: string
}

/**
 * The id by which a refund request names its payment: the payment's own id or its invoice's. The account's
 * form of request decides which.
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
   * The provider does not promise to recognize a repeated key. Look for the refund first, and repeat the
   * request only if the refund is not found.
   */
  idempotencyKey: string
  referenceId: string
  amountIdr: Rupiah
  reason: GatewayRefundReason
}

/** The payment gateway. Every method throws `ProviderFailure`; amounts are whole rupiah. */
export interface PaymentGateway {
  /**
   * Makes an invoice. If the outcome is unknown, the invoice may exist: call `findInvoices(externalId)`
   * before making a second one.
   */
  createInvoice(invoice: NewGatewayInvoice): Promise<GatewayInvoice>
  getInvoice(id: string): Promise<GatewayInvoice>
  /**
   * Returns all invoices ever made under our key, in the gateway's order; empty if there are none. The caller
   * chooses among them.
   */
  findInvoices(externalId: string): Promise<GatewayInvoice[]>
  /** Returns one page of invoices; the last page is shorter than `limit`. */
  listInvoices(query: GatewayInvoiceQuery): Promise<GatewayInvoice[]>
  /** Closes a pending invoice for good; it can never be paid or revived after. */
  expireInvoice(id: string): Promise<GatewayInvoice>
  /**
   * Asks the provider to send money back to the source, while the lease holds. PENDING is not success: the
   * refund is done when the provider reports SUCCEEDED.
   */
  createRefund(refund: NewGatewayRefund, lease?: CallLease): Promise<GatewayRefund>
  getRefund(id: string): Promise<GatewayRefund>
  /**
   * Returns every refund of a payment that the provider's lists show by now, including those made by hand. A
   * refund that is not listed yet may still appear.
   */
  findRefunds(payment: GatewayPaymentIds): Promise<ListedRefunds>
  /**
   * Returns the refunded sum of a payment by the provider's own record, which shows a refund at once. Returns
   * undefined where the provider keeps no such figure.
   */
  refundedIdr(payment: GatewayPaymentIds): Promise<Rupiah | undefined>
  /** Returns a page of the provider's own book. */
  listTransactions(query: GatewayTransactionQuery): Promise<GatewayTransactionPage>
  /** Returns one line of the provider's book, as it is now. */
  getTransaction(id: string): Promise<GatewayTransaction>
  /** Returns the balance that the provider says it holds for us, after fees. */
  balanceIdr(): Promise<Rupiah>
}
