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
   * By default an invoice, made when the buyer opens its link. A wallet pays at once, or holds its part of
   * it, and comes alone in its batch.
   */
  paymentMethod?: PayWith | undefined
  /** The wallet's part with `wallet+invoice`; by default as much as the wallet holds. */
  walletIdr?: Rupiah | undefined
  /** The shipping fee, where the door had to ask for it. */
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

/** The settings that a join needs to know of the house it runs in. */
export interface JoinSettings {
  /** The postcode that the parcels come from. */
  originPostalCode: string
  /** Base of the pay links: `{publicUrl}/pay/{code}`. */
  publicUrl: string
}

/** The answer as it is sent, and stored under the idempotency key; or why there is no place. */
export type JoinOutcome = { ok: true; answer: StoredAnswer } | { ok: false; error: DomainError | Error }

/** The body of an answer, before it is put in the wire's own names. */
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
