import type { SandboxContext } from '../context.ts'
import { type Fields, listOf } from '../fields.ts'
import type { XenditAccount } from './account.ts'
import { invalidField } from './errors.ts'
import { expireIfDue, type Invoice, readStatus } from './invoices.ts'

const DEFAULT_LIMIT = 10
const MAXIMUM_LIMIT = 100

/**
 * Answers `GET /v2/invoices`, newest first. The filters are `external_id`, `statuses`, and the times of
 * payment, creation and expiry. A page has up to `limit` invoices. It begins after the invoice that
 * `last_invoice` (the SDK's name) or `last_invoice_id` names. Throws 400 API_VALIDATION_ERROR.
 */
export function listInvoices(context: SandboxContext, account: XenditAccount, query: Fields): Invoice[] {
  const limit = query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAXIMUM_LIMIT)
    throw invalidField('limit', `must be from 1 to ${MAXIMUM_LIMIT}`)
  const externalId = query.external_id
  const candidates =
    externalId === undefined ? account.invoices : (account.invoicesByExternalId.get(String(externalId)) ?? [])
  const before = startOf(account, query.last_invoice ?? query.last_invoice_id)
  const statuses = new Set([...listOf(query.statuses), ...listOf(query['statuses[]'])])
  const ranges = [
    rangeOf(query, 'paid', (invoice) => (invoice.payment ? Date.parse(invoice.payment.paid_at) : undefined)),
    rangeOf(query, 'created', (invoice) => Date.parse(invoice.created)),
    rangeOf(query, 'expired', (invoice) => (invoice.status === 'EXPIRED' ? invoice.expiresAt : undefined)),
  ]
  const found: Invoice[] = []
  for (let at = candidates.length - 1; at >= 0 && found.length < limit; at--) {
    const invoice = candidates[at]
    if (!invoice || invoice.index >= before || !context.lists.shows(invoice)) continue
    expireIfDue(context, account, invoice)
    if (statuses.size > 0 && !statuses.has(readStatus(context, invoice))) continue
    if (ranges.every((holds) => holds(invoice))) found.push(invoice)
  }
  return found
}

function startOf(account: XenditAccount, lastInvoice: unknown): number {
  if (lastInvoice === undefined) return Number.POSITIVE_INFINITY
  const last = account.invoicesById.get(String(lastInvoice))
  if (!last) throw invalidField('last_invoice', 'no such invoice')
  return last.index
}

function rangeOf(
  query: Fields,
  name: string,
  timeOf: (invoice: Invoice) => number | undefined,
): (invoice: Invoice) => boolean {
  const after = instantIn(query, `${name}_after`)
  const before = instantIn(query, `${name}_before`)
  if (after === undefined && before === undefined) return () => true
  return (invoice) => {
    const time = timeOf(invoice)
    if (time === undefined) return false
    return (after === undefined || time >= after) && (before === undefined || time <= before)
  }
}

function instantIn(query: Fields, name: string): number | undefined {
  if (query[name] === undefined) return undefined
  const at = Date.parse(String(query[name]))
  if (Number.isNaN(at)) throw invalidField(name, 'must be an ISO 8601 time')
  return at
}
