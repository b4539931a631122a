import type { GatewayInvoice, PaymentGateway } from '../gateway.ts'
import type { AskedPayment, InvoiceUpdate } from './ask.ts'
import { listPaid } from './list-paid.ts'

/** One page may be read for this many invoices; fewer are as cheap to read one by one. */
const LOOKUPS_PER_PAGE = 10
/** The pages that go back further are many, and the invoices that are as old few. */
const LISTED_S = 1800
/** The provider's clock and ours, and the time that an answer takes. */
const MARGIN_S = 60

/**
 * Returns updates of open invoices from pages of invoices paid since the oldest of them was made. An invoice
 * on the pages is paid; one missing from pages read to the end is still open. Costs at most one call for ten
 * invoices. Payments that must be asked about one by one are left out.
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
