/**
 * The provider's facts about the payment behind an invoice, besides its channel; null where the provider did
 * not say.
 */
export interface PaidIds {
  providerPaymentId: string | null
  providerPaymentRequestId: string | null
  /** The app or bank that paid a QRIS. */
  paymentSource: string | null
}

export const unknownIds: PaidIds = {
  providerPaymentId: null,
  providerPaymentRequestId: null,
  paymentSource: null,
}
