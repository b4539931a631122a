import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { RESERVED_S } from '../invoices/reserve.ts'

/**
 * Marks, after a database restore, the pending payments that have no invoice in the restored database. Xendit
 * may have an invoice for such a payment. So laku looks for that invoice before it makes another one.
 */
export async function expectLostInvoices(work: Work): Promise<void> {
  await sql`
    update payments set invoice_requested_at = ${secondsAfter(work.now, -RESERVED_S)}, next_check_at = least(expires_at, ${work.now})
    where status = 'pending' and provider_invoice_id is null and invoice_requested_at is null`.execute(
    work.tx,
  )
}
