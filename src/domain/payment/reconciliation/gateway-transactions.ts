import type { Rupiah } from '../../kernel/index.ts'

/** `UNKNOWN`: the provider used a word that laku does not know; a line in this state waits. */
export type GatewayTransactionStatus = 'PENDING' | 'SUCCESS' | 'FAILED' | 'VOIDED' | 'REVERSED' | 'UNKNOWN'
/** A fee is charged when it is COMPLETED; one that was can be given back, REVERSED. */
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
  /** `PAYMENT`, `REFUND`, `DISBURSEMENT`, `WITHDRAWAL`, `TOPUP`, `CHARGEBACK` …; new ones may come. */
  type: string
  status: GatewayTransactionStatus
  /**
   * The provider's id of the object that the line is of: the payment (`py-…`, `ewc_…`), the refund or the
   * payout. Before, the id was the invoice's.
   */
  productId: string | null
  /** The invoice behind a payment, where there is one. */
  paymentLinkId: string | null
  /** Our key of it. */
  referenceId: string | null
  channel: string | null
  /** Without fees, to the next rupiah. */
  amountIdr: Rupiah
  moneyIn: boolean
  /** Fee and taxes on it together, to the next rupiah. */
  feeIdr: Rupiah
  feeStatus: GatewayFeeStatus
  /** The part that rounding took off the line's effect on the balance: under a rupiah. */
  roundedIdr: number
  createdAt: Date
  updatedAt: Date
}

/** A line that could not be read: it is shown to a person, and stops no other. */
export interface UnreadTransaction {
  id: string | null
  /** The fields that did not fit. */
  fields: string[]
}

export interface GatewayTransactionQuery {
  productId?: string
  /** Our key. The provider also returns lines whose reference only contains it. */
  referenceId?: string
  createdFrom?: Date | undefined
  createdUntil?: Date | undefined
  updatedFrom?: Date | undefined
  updatedUntil?: Date | undefined
  /** The last transaction of the page before. */
  afterId?: string | undefined
  /** 1 to 50. */
  limit: number
}

export interface GatewayTransactionPage {
  /** Newest first. */
  transactions: GatewayTransaction[]
  unread?: UnreadTransaction[]
  /** The last of the page, read or not: where the next one goes on. */
  lastId?: string | undefined
  hasMore: boolean
}
