import type { DomainError, IdempotencyKey, Rupiah, StoredAnswer } from '../../kernel/index.ts'
import type { Rate } from '../../logistics/index.ts'
import type { PaymentView, PayWith } from '../../payment/index.ts'

/** The request of one buyer for a place in a session. */
export interface Join {
  customerId: string
  sessionId: string
  items: { variantId: string; quantity: number }[]
  /** The id of the delivery address, which must be the buyer's own. */
  addressId: string
  courier?: { company: string; type: string } | undefined
  /**
   * The payment method. The default is an invoice, made when the buyer opens its link. A wallet pays the
   * whole price at once, or holds its part of the price; such a join is the only one of its batch.
   */
  paymentMethod?: PayWith | undefined
  /** The wallet's part of the price with `wallet+invoice`; by default as much as the wallet holds. */
  walletIdr?: Rupiah | undefined
  /** The shipping fee, if a quote had to be asked for before the join. */
  rate?: Rate | undefined
  idempotency?: IdempotencyKey | undefined
  /** The id of the request that asks for the join; the join's event carries this id. */
  requestId?: string | undefined
}

/**
 * Whether a join takes money from the buyer's wallet. If the balance is short, its whole transaction is
 * refused.
 */
export const usesWallet = ({ paymentMethod = 'invoice' }: Join): boolean => paymentMethod !== 'invoice'

/** The settings of the shop that a join needs. */
export interface JoinSettings {
  /** The postal code of the place that the parcels come from. */
  originPostalCode: string
  /** The base of the pay links: `{publicUrl}/pay/{code}`. */
  publicUrl: string
}

/**
 * The outcome of a join: the answer as it is sent and stored under the idempotency key, or the error that
 * explains why there is no place.
 */
export type JoinOutcome = { ok: true; answer: StoredAnswer } | { ok: false; error: DomainError | Error }

/** The body of the answer to a join, before its keys are turned into those of the API. */
export interface JoinAnswer {
  participation: {
    id: string
    status: 'held' | 'paid'
    units: number
    goodsIdr: number
    shippingIdr: number
    totalIdr: number
  }
  payment: PaymentView
}
