import { ProviderFailure } from '../../kernel/index.ts'
import type { GatewayInvoice, PaymentGateway } from '../gateway.ts'
import { isPaid } from './confirm.ts'
import { isReserved } from './reserve.ts'

/** A pending payment for which an invoice was requested from the provider. */
export interface AskedPayment {
  id: string
  code: string
  providerInvoiceId: string | null
  invoiceRequestedAt: Date
  /** The time when the buyer came back from the provider's page; null if they have not. */
  buyerBackAt: Date | null
  expiresAt: Date
  nextCheckAt: Date
  /**
   * The time since which a webhook calls the payment paid while its invoice reads otherwise. Null if there is
   * no contradiction, or a person has decided.
   */
  contradictedAt: Date | null
}

/**
 * The provider's answer about a payment. `paid`: money came on these invoices. `over`: the payment can no
 * longer be paid. `open`: the payment can still be paid, on this invoice if one is known. `unsure`: the state
 * is unknown, so ask again.
 */
export type InvoiceUpdate =
  | { paymentId: string; state: 'paid'; invoices: GatewayInvoice[] }
  | { paymentId: string; state: 'over' }
  | { paymentId: string; state: 'open'; invoice?: GatewayInvoice }
  | { paymentId: string; state: 'unsure'; failure: ProviderFailure | undefined }

/**
 * Asks the provider for the state of a payment's invoice. With `close`, invoices still pending at the
 * provider are expired there, so that nobody can pay them. A payment ends here only by the provider's answer;
 * nothing is guessed.
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
    // An invoice in an unknown state may still be paid.
    if (!isKnown) return { paymentId, state: 'unsure', failure: undefined }
    if (payment.providerInvoiceId === null && isReserved(payment.invoiceRequestedAt, now))
      return { paymentId, state: 'unsure', failure: undefined }
    // The invoice was never made, or has expired at the provider.
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
      // The provider refused because the invoice was paid, or expired by itself, at this very moment.
      if (error instanceof ProviderFailure && error.outcome === 'refused') return await gateway.getInvoice(id)
      throw error
    })
    if (isPaid(closed)) return { paymentId, state: 'paid', invoices: [closed] }
    if (closed.status !== 'EXPIRED') return { paymentId, state: 'unsure', failure: undefined }
  }
  return { paymentId, state: 'over' }
}
