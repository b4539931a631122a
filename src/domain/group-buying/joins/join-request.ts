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
   * The payment method of a join. The default is an invoice, which is created when the buyer opens the pay
   * link. With `wallet`, the buyer's wallet pays the whole price at once; with `wallet+invoice`, a part of
   * the price is held in the wallet. A join that uses the wallet must be the only join of its batch.
   */
  paymentMethod?: PayWith | undefined
  /**
   * The part of the price that the wallet pays with the method `wallet+invoice`; by default as much as the
   * wallet holds.
   */
  walletIdr?: Rupiah | undefined
  /**
   * The shipping fee of the join. It is present if the couriers had to be asked for the fee before the join.
   */
  rate?: Rate | undefined
  idempotency?: IdempotencyKey | undefined
  /** The id of the request that asks for the join; the join's event carries this id. */
  requestId?: string | undefined
}

/**
 * Whether a join takes money from the buyer's wallet. If the wallet's balance is too small, the join's whole
 * transaction is refused.
 */
export const usesWallet = ({ paymentMethod = 'invoice' }: Join): boolean => paymentMethod !== 'invoice'

/** The settings of the shop that a join needs. */
export interface JoinSettings {
  /** The postal code of the warehouse from which the parcels are sent. */
  originPostalCode: string
  /** The base of the pay links: `{publicUrl}/pay/{code}`. */
  publicUrl: string
}

/**
 * The outcome of a join: the answer that is sent and stored under the idempotency key, or the error that says
 * why the buyer got no place in the session.
 */
export type JoinOutcome = { ok: true; answer: StoredAnswer } | { ok: false; error: DomainError | Error }

/**
 * The body of the answer to a join. Its field names are in camelCase here; they become the names of the API
 * later.
 */
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
