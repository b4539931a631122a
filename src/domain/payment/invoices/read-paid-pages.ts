import type { GatewayInvoice, PaymentGateway } from '../gateway.ts'
import type { AskedPayment, InvoiceUpdate } from './ask.ts'
import { listPaid } from './list-paid.ts'

/**
 * From this many invoices on, laku reads Xendit's list of paid invoices, because one call returns up to 100
 * of them. Fewer invoices are read one by one, because that is as cheap.
 */
export const LOOKUPS_PER_PAGE = 10
/**
 * The age (s) up to which an invoice is looked up in Xendit's list of paid invoices. Older invoices are not
 * looked up there, because they are few and are far back in the list.
 */
const LISTED_S = 1800
/**
 * A safety margin (s). Laku reads Xendit's list back to the time when it asked for the oldest of these
 * invoices, and then this much further back. The margin is needed, because Xendit's clock may differ from
 * ours, and Xendit's answer takes time.
 */
const MARGIN_S = 60

/**
 * Returns the state of open invoices, by reading Xendit's list of paid invoices. An invoice in the list is
 * paid; one that is missing from a complete list is still open. Payments that must be asked about one by one
 * are left out.
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
