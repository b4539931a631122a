import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { RESERVED_S } from '../invoices/reserve.ts'

/**
 * After a restore a pending payment without an invoice may have one at the provider, made in the lost day:
 * whoever opens its link next looks before making a second one, and the sweep asks whether it was paid.
 */
export async function expectLostInvoices(work: Work): Promise<void> {
  await sql`
    update payments set invoice_requested_at = ${secondsAfter(work.now, -RESERVED_S)}, next_check_at = least(expires_at, ${work.now})
    where status = 'pending' and provider_invoice_id is null and invoice_requested_at is null`.execute(
    work.tx,
  )
}
