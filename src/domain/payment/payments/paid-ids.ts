/**
 * The provider's details of the payment behind an invoice, besides its channel; null where the provider gave
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
