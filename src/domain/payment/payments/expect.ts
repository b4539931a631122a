import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'

/**
 * The time (s) after a buyer's return from Xendit's page until laku asks Xendit about the payment. The
 * webhook normally comes within two seconds.
 */
const BACK_S = 5

/**
 * Records when a buyer comes back from Xendit's payment page for the first time. The buyer has most likely
 * paid. If no webhook comes, laku asks Xendit soon after, and then less and less often.
 */
export async function expectPayment(work: Work, code: string): Promise<void> {
  await sql`
    update payments set buyer_back_at = ${work.now}, next_check_at = least(next_check_at, ${secondsAfter(work.now, BACK_S)})
    where code = ${code} and status = 'pending' and buyer_back_at is null and provider_invoice_id is not null`.execute(
    work.tx,
  )
}
