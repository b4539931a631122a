import type { Rupiah } from '../../kernel/index.ts'

/**
 * The state of a line in Xendit's transaction list. `UNKNOWN`: Xendit reports a state that laku does not
 * know; such a line waits.
 */
export type GatewayTransactionStatus = 'PENDING' | 'SUCCESS' | 'FAILED' | 'VOIDED' | 'REVERSED' | 'UNKNOWN'
/**
 * The state of the fee for a line in Xendit's transaction list. COMPLETED: the fee is charged. REVERSED: a
 * charged fee was given back.
 */
export type GatewayFeeStatus =
  | 'PENDING'
  | 'COMPLETED'
  | 'CANCELED'
  | 'REVERSED'
  | 'NOT_APPLICABLE'
  | 'UNKNOWN'

/** A line of Xendit's transaction list. */
export interface GatewayTransaction {
  id: string
  /**
   * The type of the line: `PAYMENT`, `REFUND`, `DISBURSEMENT`, `WITHDRAWAL`, `TOPUP`, `CHARGEBACK` … Xendit
   * may add types.
   */
  type: string
  status: GatewayTransactionStatus
  /**
   * Xendit's id of the payment (`py-…`, `ewc_…`), refund or payout that the line is about. In older lines of
   * payments, it is the invoice's id.
   */
  productId: string | null
  /** Xendit's id of the invoice by which a payment was made; null if there is none. */
  paymentLinkId: string | null
  /** Laku's reference of the payment, refund or payout; null if there is none. */
  referenceId: string | null
  channel: string | null
  /** The amount of the line without fees, rounded to the rupiah. */
  amountIdr: Rupiah
  moneyIn: boolean
  /** The fee for the line including taxes, rounded to the rupiah. */
  feeIdr: Rupiah
  feeStatus: GatewayFeeStatus
  /** The fraction of a rupiah by which rounding changed the line's effect on the balance. */
  roundedIdr: number
  createdAt: Date
  updatedAt: Date
}

/**
 * A line of Xendit's transaction list that laku could not read. It is reported to a person, and the other
 * lines are read all the same.
 */
export interface UnreadTransaction {
  id: string | null
  /** The names of the line's fields that laku could not read. */
  fields: string[]
}

export interface GatewayTransactionQuery {
  productId?: string
  /**
   * Laku's reference by which Xendit searches its transaction list. Xendit also returns lines whose reference
   * only contains this text.
   */
  referenceId?: string
  createdFrom?: Date | undefined
  createdUntil?: Date | undefined
  updatedFrom?: Date | undefined
  updatedUntil?: Date | undefined
  /** The id of the last line on the previous page of Xendit's transaction list. */
  afterId?: string | undefined
  /** The number of lines on a page: 1 to 50. */
  limit: number
}

export interface GatewayTransactionPage {
  /** The lines of the page, newest first. */
  transactions: GatewayTransaction[]
  unread?: UnreadTransaction[]
  /**
   * The id of the last line of the page, whether laku could read that line or not. The next page starts after
   * it.
   */
  lastId?: string | undefined
  hasMore: boolean
}
