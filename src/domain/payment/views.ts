import type { Rupiah } from '../kernel/index.ts'
import type { PaymentSubject } from './events.ts'

/** The fields of a payment's row that the payment domain reads. */
export interface Payment {
  id: string
  code: string
  userId: string
  sessionId: string | null
  participantId: string | null
  orderId: string | null
  amountIdr: Rupiah
  /** The part of the payment's amount that is paid from the buyer's wallet. */
  walletIdr: Rupiah
  method: string
  status: string
  expiresAt: Date
}

export interface PaymentView {
  id: string
  code: string
  status: string
  amountIdr: Rupiah
  /** The part of the payment's amount that is paid from the buyer's wallet; the rest is paid by invoice. */
  walletIdr: Rupiah
  /** The link to laku's payment page. The provider's invoice is created when the buyer opens this link. */
  invoiceUrl: string
  expiresAt: Date
}

export const payLink = (publicUrl: string, code: string) => `${publicUrl.replace(/\/+$/, '')}/pay/${code}`

/** Builds the view of a payment that its buyer sees. */
export function paymentView(
  payment: Pick<Payment, 'id' | 'code' | 'status' | 'amountIdr' | 'walletIdr' | 'expiresAt'>,
  publicUrl: string,
): PaymentView {
  const { id, code, status, amountIdr, walletIdr, expiresAt } = payment
  return { id, code, status, amountIdr, walletIdr, invoiceUrl: payLink(publicUrl, code), expiresAt }
}

/** Builds the part of an event's payload that describes a payment. */
export function subjectOf(payment: Omit<PaymentSubject, 'paymentId'> & { id: string }): PaymentSubject {
  const { id, code, userId, sessionId, participantId, orderId, amountIdr, walletIdr } = payment
  return { paymentId: id, code, userId, sessionId, participantId, orderId, amountIdr, walletIdr }
}
