import { ProviderFailure } from '../../kernel/index.ts'
import type { GatewayInvoice, PaymentGateway } from '../gateway.ts'
import { isPaid } from './confirm.ts'
import { isReserved } from './reserve.ts'

/** A pending payment for which laku has requested an invoice from Xendit. */
export interface AskedPayment {
  id: string
  code: string
  providerInvoiceId: string | null
  invoiceRequestedAt: Date
  /** The time when the buyer came back from Xendit's payment page to the shop; null if they have not. */
  buyerBackAt: Date | null
  expiresAt: Date
  nextCheckAt: Date
  /**
   * The time when webhook and invoice began to contradict each other. The webhook says that the payment is
   * paid, and the invoice read from Xendit says that it is not. Null if they agree, or a person has decided.
   */
  contradictedAt: Date | null
}

/**
 * Xendit's answer about a payment. `paid`: these invoices were paid. `over`: it can no longer be paid.
 * `open`: it can still be paid, by this invoice if it has one. `unsure`: the state is unknown, so laku asks
 * again.
 */
export type InvoiceUpdate =
  | { paymentId: string; state: 'paid'; invoices: GatewayInvoice[] }
  | { paymentId: string; state: 'over' }
  | { paymentId: string; state: 'open'; invoice?: GatewayInvoice }
  | { paymentId: string; state: 'unsure'; failure: ProviderFailure | undefined }

/**
 * Asks Xendit for the state of a payment's invoices. With `close`, invoices that are still pending are closed
 * at Xendit, so that nobody can pay them. A payment counts as over only if Xendit's answer says so.
 */
export async function askInvoice(
  gateway: PaymentGateway,
  payment: AskedPayment,
  { now, close }: { now: Date; close: boolean },
): Promise<InvoiceUpdate> {
  const paymentId = payment.id
  try {
    const invoices = await invoicesOf(gateway, payment)
    if (invoices.some(isPaid)) return { paymentId, state: 'paid', invoices: invoices.filter(isPaid) }
    const pending = invoices.filter((invoice) => invoice.status === 'PENDING')
    const isKnown = invoices.every((invoice) => invoice.status !== 'UNKNOWN')
    if (pending.length > 0 && close) {
      const update = await closeAll(gateway, paymentId, pending)
      return update.state === 'over' && !isKnown ? { paymentId, state: 'unsure', failure: undefined } : update
    }
    if (pending[0]) return { paymentId, state: 'open', invoice: pending[0] }
    // An invoice whose state laku does not know may still be paid.
    if (!isKnown) return { paymentId, state: 'unsure', failure: undefined }
    if (payment.providerInvoiceId === null && isReserved(payment.invoiceRequestedAt, now))
      return { paymentId, state: 'unsure', failure: undefined }
    // There is no invoice that can be paid: none was ever made, or all have expired at Xendit.
    return close || payment.providerInvoiceId ? { paymentId, state: 'over' } : { paymentId, state: 'open' }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { paymentId, state: 'unsure', failure: error }
  }
}

async function invoicesOf(gateway: PaymentGateway, payment: AskedPayment): Promise<GatewayInvoice[]> {
  if (payment.providerInvoiceId) return [await gateway.getInvoice(payment.providerInvoiceId)]
  return await gateway.findInvoices(payment.code)
}

async function closeAll(
  gateway: PaymentGateway,
  paymentId: string,
  pending: readonly GatewayInvoice[],
): Promise<InvoiceUpdate> {
  for (const { id } of pending) {
    const closed = await gateway.expireInvoice(id).catch(async (error: unknown) => {
      // Xendit refused to close the invoice, because it was paid or expired at this very moment. So the
      // invoice is read again.
      if (error instanceof ProviderFailure && error.outcome === 'refused') return await gateway.getInvoice(id)
      throw error
    })
    if (isPaid(closed)) return { paymentId, state: 'paid', invoices: [closed] }
    if (closed.status !== 'EXPIRED') return { paymentId, state: 'unsure', failure: undefined }
  }
  return { paymentId, state: 'over' }
}
