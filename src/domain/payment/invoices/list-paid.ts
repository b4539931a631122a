import { attempt, ProviderFailure } from '../../kernel/index.ts'
import type { GatewayInvoice, GatewayInvoiceQuery, PaymentGateway } from '../gateway.ts'

/** The maximum number of invoices that Xendit returns in one page of a list. */
const PAGE = 100

export interface PaidInvoices {
  listed: GatewayInvoice[]
  /**
   * True if the list is complete. If it is, an invoice that is missing from the list was not paid within the
   * time that was asked for.
   */
  toTheEnd: boolean
}

/**
 * Lists the invoices that were paid within `time`, newest first. It stops when all invoices in `asked` are
 * found, or after `mostPages` pages. If Xendit fails, it returns the pages read so far. If an invoice is
 * unreadable, it is left out, and the list counts as incomplete.
 */
export async function listPaid(
  gateway: PaymentGateway,
  time: Pick<GatewayInvoiceQuery, 'paidAfter' | 'paidBefore' | 'paidWithinS'>,
  asked: Iterable<string>,
  mostPages: number,
): Promise<PaidInvoices> {
  const missing = new Set(asked)
  const listed: GatewayInvoice[] = []
  let unknown = false
  let lastId: string | undefined
  for (let page = 0; page < mostPages && missing.size > 0; page++) {
    const last = listed.findLast((invoice) => invoice.id !== '')
    // The last page had no invoice with an id, so the next page cannot be asked for.
    if (page > 0 && last?.id === lastId) break
    lastId = last?.id
    const query = {
      statuses: ['PAID', 'SETTLED'] as const,
      ...time,
      limit: PAGE,
      ...(last && { afterId: last.id }),
    }
    const answer = await attempt(() => gateway.listInvoices(query))
    if (answer instanceof ProviderFailure) break
    for (const { id, status } of answer) {
      if (status === 'UNKNOWN') unknown = true
      else missing.delete(id)
    }
    listed.push(...answer)
    if (answer.length < PAGE) return { listed: known(listed), toTheEnd: !unknown }
  }
  return { listed: known(listed), toTheEnd: missing.size === 0 }
}

const known = (invoices: readonly GatewayInvoice[]) =>
  invoices.filter((invoice) => invoice.status !== 'UNKNOWN')
