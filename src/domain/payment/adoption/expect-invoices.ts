import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { RESERVED_S } from '../invoices/reserve.ts'

/**
 * Marks pending payments without an invoice after a restore, for the provider may have one from the lost
 * time. The next opening of the link looks for it before making a second one, and the sweep asks whether it
 * was paid.
 */
export async function expectLostInvoices(work: Work): Promise<void> {
  await sql`
    update payments set invoice_requested_at = ${secondsAfter(work.now, -RESERVED_S)}, next_check_at = least(expires_at, ${work.now})
    where status = 'pending' and provider_invoice_id is null and invoice_requested_at is null`.execute(
    work.tx,
  )
}
