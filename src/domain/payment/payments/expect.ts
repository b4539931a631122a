import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'

/**
 * Seconds after the buyer's return until the provider is asked about the payment. Its webhook normally comes
 * within a second or two.
 */
const BACK_S = 5

/**
 * Records the first time that a buyer comes back from the provider's page. The buyer has most likely paid,
 * and sees a page that waits for the payment. If no webhook comes, the provider is asked soon after, and then
 * less and less often.
 */
export async function expectPayment(work: Work, code: string): Promise<void> {
  await sql`
    update payments set buyer_back_at = ${work.now}, next_check_at = least(next_check_at, ${secondsAfter(work.now, BACK_S)})
    where code = ${code} and status = 'pending' and buyer_back_at is null and provider_invoice_id is not null`.execute(
    work.tx,
  )
}
