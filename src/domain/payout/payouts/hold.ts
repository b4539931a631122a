import { sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { pendingPayoutStates } from '../transitions.ts'

/**
 * The SQL condition that a payout was not sent yet, or that its call never reached the provider. The provider
 * cannot have such a payout.
 */
const unsent = sql`(route = 'provider' and (status = 'created' or (status = 'submitted' and called_at is null)))`

/**
 * Holds back the unsent payouts of these settlements and withdrawals. About a payout that the provider may
 * already have, laku only asks the provider, and does not send it again. Returns the ids of the settlements
 * and withdrawals whose payout is held back now.
 */
export async function holdPayouts(work: Work, subjectIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ subjectId: string; unsent: boolean }>`
    update payouts set held = true, next_check_at = case when ${unsent} then null else next_check_at end
    where subject_id = any(${subjectIds}::uuid[]) and status in ${inSql(pendingPayoutStates)} and provider_payout_id is null
    returning subject_id, ${unsent} as unsent`.execute(work.tx)
  return rows.filter((row) => row.unsent).map((row) => row.subjectId)
}

/**
 * Releases the held-back payouts of these settlements and withdrawals. The periodic job (the sweep)
 * then sends them.
 */
export async function releasePayouts(work: Work, subjectIds: readonly string[]): Promise<void> {
  await sql`
    update payouts set held = false,
      next_check_at = case when ${unsent} then coalesce(next_check_at, ${work.now}) else next_check_at end
    where subject_id = any(${subjectIds}::uuid[]) and held`.execute(work.tx)
}
