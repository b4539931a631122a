import type { DomainError, IdempotencyKey, Rupiah, StoredAnswer } from '../../kernel/index.ts'
import type { Rate } from '../../logistics/index.ts'
import type { PaymentView, PayWith } from '../../payment/index.ts'

/** One buyer who wants a place in a session. */
export interface Join {
  customerId: string
  sessionId: string
  items: { variantId: string; quantity: number }[]
  /** One of the buyer's own addresses. */
  addressId: string
  courier?: { company: string; type: string } | undefined
  /**
   * By default an invoice, made when the buyer opens its link. A wallet pays at once, or holds its part of
   * it, and comes alone in its batch.
   */
  paymentMethod?: PayWith | undefined
  /** With `wallet+invoice`: what the wallet pays; as much as it holds where nothing is said. */
  walletIdr?: Rupiah | undefined
  /** The shipping fee, where the door had to ask for it. */
  rate?: Rate | undefined
  idempotency?: IdempotencyKey | undefined
  /** The id of the request that asks for the join; the join's event carries this id. */
  requestId?: string | undefined
}

/** Money of its buyer's wallet moves with it, which is there or refuses all of its transaction. */
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
