import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'

/** The provider's message comes within a second or two as a rule; after that it is asked. */
const BACK_S = 5

/**
 * Writes down that the buyer came back from the provider's page, the first time: has most likely paid, and
 * looks at a page that waits. If the provider's message does not come, the provider is asked soon after, and
 * then less and less often from here on.
 */
export async function expectPayment(work: Work, code: string): Promise<void> {
  await sql`
    update payments set buyer_back_at = ${work.now}, next_check_at = least(next_check_at, ${secondsAfter(work.now, BACK_S)})
    where code = ${code} and status = 'pending' and buyer_back_at is null and provider_invoice_id is not null`.execute(
    work.tx,
  )
}
