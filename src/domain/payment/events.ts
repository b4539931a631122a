/** A payment and its purpose: a participation (with its session) or an order. */
export interface PaymentSubject {
  paymentId: string
  code: string
  userId: string
  sessionId: string | null
  participantId: string | null
  orderId: string | null
  amountIdr: number
  /** The part that the buyer's wallet pays; the rest comes by invoice. */
  walletIdr: number
}

export interface RefundSubject extends PaymentSubject {
  refundId: string
  refundCode: string
  refundIdr: number
  reason: string
  destination: 'source' | 'wallet'
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'payment.paid': PaymentSubject
    'payment.expired': PaymentSubject
    /** The payment has failed: the provider refused it for good, or it was refunded out of review. */
    'payment.failed': PaymentSubject
    /** Nobody waits for this invoice any more: the provider should take no money on it. */
    'payment.withdrawn': PaymentSubject
    'refund.decided': RefundSubject
    'refund.succeeded': RefundSubject
    /**
     * The refund waits because its payment is not settled at the provider yet. It is sent automatically once
     * that is settled.
     */
    'refund.waiting': RefundSubject
    /** `attempt` counts from 1; not tried again: it goes into the wallet, or waits for a person. */
    'refund.failed': RefundSubject & { failureCode: string; attempt: number; isTriedAgain: boolean }
  }
}
