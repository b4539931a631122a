/** A payment and its purpose: a participation (with its session) or an order. */
export interface PaymentSubject {
  paymentId: string
  code: string
  userId: string
  sessionId: string | null
  participantId: string | null
  orderId: string | null
  amountIdr: number
  /** The part of the amount paid from the buyer's wallet; the rest is paid by invoice. */
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
    /**
     * The payment is no longer needed: its invoice should be closed, so that the provider takes no money on
     * it.
     */
    'payment.withdrawn': PaymentSubject
    'refund.decided': RefundSubject
    'refund.succeeded': RefundSubject
    /**
     * The refund waits because its payment is not settled at the provider yet. It is sent automatically once
     * that is settled.
     */
    'refund.waiting': RefundSubject
    /**
     * `attempt` counts from 1. If `isTriedAgain` is false, the refund goes into the wallet, or waits for a
     * person.
     */
    'refund.failed': RefundSubject & { failureCode: string; attempt: number; isTriedAgain: boolean }
  }
}
