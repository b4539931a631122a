import type { Rupiah } from '../../kernel/index.ts'

/** `UNKNOWN`: the provider reports a state that laku does not know; a line in this state waits. */
export type GatewayTransactionStatus = 'PENDING' | 'SUCCESS' | 'FAILED' | 'VOIDED' | 'REVERSED' | 'UNKNOWN'
/**
 * The state of a line's fee. A fee is charged once it is COMPLETED; a charged fee can be given back:
 * REVERSED.
 */
export type GatewayFeeStatus =
  | 'PENDING'
  | 'COMPLETED'
  | 'CANCELED'
  | 'REVERSED'
  | 'NOT_APPLICABLE'
  | 'UNKNOWN'

/** A line of the provider's own book. */
export interface GatewayTransaction {
  id: string
  /**
   * The kind of line: `PAYMENT`, `REFUND`, `DISBURSEMENT`, `WITHDRAWAL`, `TOPUP`, `CHARGEBACK` …; new kinds
   * may come.
   */
  type: string
  status: GatewayTransactionStatus
  /**
   * The provider's id of the line's object: the payment (`py-…`, `ewc_…`), the refund or the payout. Formerly
   * it was the invoice's id.
   */
  productId: string | null
  /** The provider's id of the invoice behind a payment; null if there is none. */
  paymentLinkId: string | null
  /** Our reference of the payment, refund or payout; null if there is none. */
  referenceId: string | null
  channel: string | null
  /** The amount without fees, rounded to the rupiah. */
  amountIdr: Rupiah
  moneyIn: boolean
  /** The fee including taxes, rounded to the rupiah. */
  feeIdr: Rupiah
  feeStatus: GatewayFeeStatus
  /** The fraction of a rupiah that rounding took off the line's effect on the balance. */
  roundedIdr: number
  createdAt: Date
  updatedAt: Date
}

/**
 * A line of the provider's book that could not be read. It is shown to a person, and does not stop the other
 * lines.
 */
export interface UnreadTransaction {
  id: string | null
  /** The names of the fields that could not be read. */
  fields: string[]
}

export interface GatewayTransactionQuery {
  productId?: string
  /** Our reference of the lines. The provider also returns lines whose reference only contains it. */
  referenceId?: string
  createdFrom?: Date | undefined
  createdUntil?: Date | undefined
  updatedFrom?: Date | undefined
  updatedUntil?: Date | undefined
  /** The id of the last line of the previous page. */
  afterId?: string | undefined
  /** The page size: 1 to 50. */
  limit: number
}

export interface GatewayTransactionPage {
  /** The lines of the page, newest first. */
  transactions: GatewayTransaction[]
  unread?: UnreadTransaction[]
  /** The id of the last line of the page, readable or not: the next page starts after it. */
  lastId?: string | undefined
  hasMore: boolean
}
