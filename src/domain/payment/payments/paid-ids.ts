/**
 * Xendit's ids of the payment behind a paid invoice, and the payer's app or bank. Null where Xendit gave
 * none.
 */
export interface PaidIds {
  providerPaymentId: string | null
  providerPaymentRequestId: string | null
  /** The app or bank from which a QRIS payment came. */
  paymentSource: string | null
}

export const unknownIds: PaidIds = {
  providerPaymentId: null,
  providerPaymentRequestId: null,
  paymentSource: null,
}
