import type { DomainError, Policy, Rupiah } from '../kernel/index.ts'
import { paymentErrors } from './errors.ts'

/**
 * The most that each way to pay an invoice takes; the provider's facts (docs.xendit.co/xeninvoice, docs.xendit.co/docs/available-payment-channels,
 * read 2026-02; the ends of banks without a row are above anything sold here). Rupiah.
 */
const ceilings: Readonly<Record<string, Rupiah>> = {
  BCA: 50_000_000,
  BNI: 1_000_000_000,
  BRI: 1_000_000_000,
  MANDIRI: 1_000_000_000,
  PERMATA: 1_000_000_000,
  BSI: 1_000_000_000,
  BJB: 1_000_000_000,
  CIMB: 1_000_000_000,
  DANA: 20_000_000,
  OVO: 20_000_000,
  SHOPEEPAY: 20_000_000,
  LINKAJA: 10_000_000,
  GOPAY: 50_000_000,
  QRIS: 10_000_000,
  CREDIT_CARD: 1_000_000_000,
  ALFAMART: 5_000_000,
  INDOMARET: 5_000_000,
}
const LOWEST_IDR = Math.min(...Object.values(ceilings))

/**
 * The ways to pay that take so much, by the names an invoice knows them by; undefined where all of them do: then the provider offers
 * whatever the account has.
 */
export function methodsFor(amountIdr: Rupiah): string[] | undefined {
  if (amountIdr <= LOWEST_IDR) return undefined
  const able = Object.entries(ceilings).filter(([, most]) => amountIdr <= most)
  return able.length > 0 ? able.map(([method]) => method) : undefined
}

/**
 * payment.below_invoice_minimum where the provider makes no invoice of so little: nothing is to wait for one. A wallet pays any
 * amount.
 */
export function invoiceRefusal(
  amountIdr: Rupiah,
  { invoiceMinimumIdr: minimumIdr }: Pick<Policy, 'invoiceMinimumIdr'>,
): DomainError | undefined {
  return amountIdr < minimumIdr ? paymentErrors.below_invoice_minimum({ amountIdr, minimumIdr }) : undefined
}
