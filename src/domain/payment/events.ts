/** A payment, with the thing that it pays for: a place in a session (participation), or an order. */
export interface PaymentSubject {
  paymentId: string
  code: string
  userId: string
  sessionId: string | null
  participantId: string | null
  orderId: string | null
  amountIdr: number
  /** The part of the payment's amount that the buyer's wallet pays; the rest is paid by invoice. */
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
    /** The payment has failed: Xendit refused it for good, or staff refunded it while it was in review. */
    'payment.failed': PaymentSubject
    /**
     * The payment is no longer needed: a job closes its invoice at Xendit, so that nobody can pay it.
     */
    'payment.withdrawn': PaymentSubject
    'refund.decided': RefundSubject
    'refund.succeeded': RefundSubject
    /**
     * The refund waits, because Xendit has not settled the refunded payment yet. It is sent automatically
     * after that.
     */
    'refund.waiting': RefundSubject
    /**
     * `attempt` is the number of the failed attempt to send the refund, from 1. If `isTriedAgain` is false,
     * the money goes into the wallet, or waits for a person.
     */
    'refund.failed': RefundSubject & { failureCode: string; attempt: number; isTriedAgain: boolean }
  }
}
