import { invoiceCeilings } from '../../../providers/xendit/facts.ts'
import type { DomainError, Policy, Rupiah } from '../../kernel/index.ts'
import { paymentErrors } from '../errors.ts'

const LOWEST_IDR = Math.min(...Object.values(invoiceCeilings))

/**
 * Returns the payment methods that accept this amount, by their names on a Xendit invoice. Undefined if all
 * methods accept it.
 */
export function methodsFor(amountIdr: Rupiah): string[] | undefined {
  if (amountIdr <= LOWEST_IDR) return undefined
  const able = Object.entries(invoiceCeilings).filter(([, most]) => amountIdr <= most)
  return able.length > 0 ? able.map(([method]) => method) : undefined
}

/**
 * Returns the error payment.below_invoice_minimum if the amount is too small for an invoice at Xendit. Such
 * an amount can only be paid from a wallet.
 */
export function invoiceRefusal(
  amountIdr: Rupiah,
  { invoiceMinimumIdr: minimumIdr }: Pick<Policy, 'invoiceMinimumIdr'>,
): DomainError | undefined {
  return amountIdr < minimumIdr ? paymentErrors.below_invoice_minimum({ amountIdr, minimumIdr }) : undefined
}
