import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/** Not sent yet, or never taken on by a provider that could not be reached: nothing of it can be there. */
const unsent = sql`(route = 'provider' and (status = 'created' or (status = 'submitted' and called_at is null)))`

/**
 * Keeps back the payouts of these subjects that were not sent yet; what may be at the provider already goes
 * its way, but is asked about only, and not sent again. Returns the subjects whose payout is held now.
 */
export async function holdPayouts(work: Work, subjectIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ subjectId: string; unsent: boolean }>`
    update payouts set held = true, next_check_at = case when ${unsent} then null else next_check_at end
    where subject_id = any(${subjectIds}::uuid[]) and status in ('created', 'submitted') and provider_payout_id is null
    returning subject_id, ${unsent} as unsent`.execute(work.tx)
  return rows.filter((row) => row.unsent).map((row) => row.subjectId)
}

/** Lets held payouts of these subjects go again: the sweep sends them. */
export async function releasePayouts(work: Work, subjectIds: readonly string[]): Promise<void> {
  await sql`
    update payouts set held = false,
      next_check_at = case when ${unsent} then coalesce(next_check_at, ${work.now}) else next_check_at end
    where subject_id = any(${subjectIds}::uuid[]) and held`.execute(work.tx)
}
