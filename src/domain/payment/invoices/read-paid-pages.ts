import type { GatewayInvoice, PaymentGateway } from '../gateway.ts'
import type { AskedPayment, InvoiceUpdate } from './ask.ts'
import { listPaid } from './list-paid.ts'

/** The number of invoices for which reading one page pays off; fewer are as cheap to read one by one. */
const LOOKUPS_PER_PAGE = 10
/**
 * Invoices older than this (s) are not looked up by pages: they are few, and pages that reach back so far are
 * many.
 */
const LISTED_S = 1800
/**
 * The margin (s) for the difference between the provider's clock and ours, and for the time that an answer
 * takes.
 */
const MARGIN_S = 60

/**
 * Returns the state of open invoices, from the provider's pages of invoices paid since the oldest of them was
 * made. An invoice on the pages is paid; one missing from pages read to the end is still open. Costs at most
 * one call for ten invoices. Leaves out payments that must be asked about one by one.
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
