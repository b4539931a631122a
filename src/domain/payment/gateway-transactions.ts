import type { Rupiah } from '../kernel/index.ts'

export type GatewayTransactionStatus = 'PENDING' | 'SUCCESS' | 'FAILED' | 'VOIDED' | 'REVERSED'
/** A fee is charged when it is COMPLETED; one that was can be given back, REVERSED. */
export type GatewayFeeStatus = 'PENDING' | 'COMPLETED' | 'CANCELED' | 'REVERSED' | 'NOT_APPLICABLE'

/** A line of the provider's own book. */
export interface GatewayTransaction {
  id: string
  /** `PAYMENT`, `REFUND`, `DISBURSEMENT`, `WITHDRAWAL`, `TOPUP`, `CHARGEBACK` …; new ones may come. */
  type: string
  status: GatewayTransactionStatus
  /** What it is of: the invoice, the refund or the payout, by the provider's id. */
  productId: string
  /** Our key of it. */
  referenceId: string
  channel: string | null
  /** Without fees. */
  amountIdr: Rupiah
  moneyIn: boolean
  /** Fee and taxes on it together. */
  feeIdr: Rupiah
  feeStatus: GatewayFeeStatus
  createdAt: Date
  updatedAt: Date
}

export interface GatewayTransactionQuery {
  productId?: string
  /** Our key of it. */
  referenceId?: string
  createdFrom?: Date | undefined
  createdUntil?: Date | undefined
  updatedFrom?: Date | undefined
  /** The last transaction of the page before. */
  afterId?: string | undefined
  /** 1 to 50. */
  limit: number
}

export interface GatewayTransactionPage {
  /** Newest first. */
  transactions: GatewayTransaction[]
  hasMore: boolean
}
