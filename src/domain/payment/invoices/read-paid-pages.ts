import type { GatewayInvoice, PaymentGateway } from '../gateway.ts'
import type { AskedPayment, InvoiceUpdate } from './ask.ts'
import { listPaid } from './list-paid.ts'

/** So many looks cost at most one page: fewer are as cheap one by one. */
const LOOKUPS_PER_PAGE = 10
/** The pages that go back further are many, and the invoices that are as old few. */
const LISTED_S = 1800
/** The provider's clock and ours, and the time that an answer takes. */
const MARGIN_S = 60

/**
 * Updates of open invoices by pages of what was paid since the oldest of them was made: what is on them is
 * paid, and what is not on pages that were read to the end is still open. A call for ten invoices at most;
 * nothing is said of those that must be asked for one by one.
 */
export async function readPaidPages(
  gateway: PaymentGateway,
  payments: readonly AskedPayment[],
  now: Date,
): Promise<Map<string, InvoiceUpdate>> {
  const ageS = (payment: AskedPayment) => (now.getTime() - payment.invoiceRequestedAt.getTime()) / 1000
  const looks = payments.filter((payment) => payment.providerInvoiceId !== null && ageS(payment) < LISTED_S)
  const mostPages = Math.floor(looks.length / LOOKUPS_PER_PAGE)
  if (mostPages === 0) return new Map()
  const paidWithinS = Math.ceil(Math.max(...looks.map(ageS))) + MARGIN_S
  const ids = looks.flatMap((payment) => payment.providerInvoiceId ?? [])
  const { listed, toTheEnd } = await listPaid(gateway, { paidWithinS }, ids, mostPages)
  const paid = new Map(listed.map((invoice) => [invoice.id, invoice]))
  return new Map(looks.flatMap((payment) => updateOf(payment, paid, toTheEnd)))
}

function updateOf(
  { id, providerInvoiceId }: AskedPayment,
  paid: ReadonlyMap<string, GatewayInvoice>,
  toTheEnd: boolean,
): [string, InvoiceUpdate][] {
  const invoice = paid.get(providerInvoiceId ?? '')
  if (invoice) return [[id, { paymentId: id, state: 'paid', invoices: [invoice] }]]
  return toTheEnd ? [[id, { paymentId: id, state: 'open' }]] : []
}
