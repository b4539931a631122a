import { invoiceCeilings } from '../../../providers/xendit/facts.ts'
import type { DomainError, Policy, Rupiah } from '../../kernel/index.ts'
import { paymentErrors } from '../errors.ts'

const LOWEST_IDR = Math.min(...Object.values(invoiceCeilings))

/**
 * Returns the payment methods that take this amount, by their names on an invoice. Undefined where all of
 * them do: then the provider offers all that the account has.
 */
export function methodsFor(amountIdr: Rupiah): string[] | undefined {
  if (amountIdr <= LOWEST_IDR) return undefined
  const able = Object.entries(invoiceCeilings).filter(([, most]) => amountIdr <= most)
  return able.length > 0 ? able.map(([method]) => method) : undefined
}

/**
 * payment.below_invoice_minimum where the provider makes no invoice of so little: nothing is to wait for one.
 * A wallet pays any amount.
 */
export function invoiceRefusal(
  amountIdr: Rupiah,
  { invoiceMinimumIdr: minimumIdr }: Pick<Policy, 'invoiceMinimumIdr'>,
): DomainError | undefined {
  return amountIdr < minimumIdr ? paymentErrors.below_invoice_minimum({ amountIdr, minimumIdr }) : undefined
}
