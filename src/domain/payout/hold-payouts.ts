import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/** Not sent yet, or never taken on by a provider that could not be reached: nothing of it can be there. */
const unsent = sql`(status = 'created' or (status = 'submitted' and called_at is null))`

/**
 * Keeps back the payouts of these subjects that were not sent yet; what may be at the provider already goes its way.
 * Returns the subjects whose payout is held now.
 */
export async function holdPayouts(work: Work, subjectIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ subjectId: string }>`
    update payouts set next_check_at = null
    where subject_id = any(${subjectIds}::uuid[]) and ${unsent} returning subject_id`.execute(work.tx)
  return rows.map((row) => row.subjectId)
}

/** Lets held payouts of these subjects go again: the sweep sends them. */
export async function releasePayouts(work: Work, subjectIds: readonly string[]): Promise<void> {
  await sql`
    update payouts set next_check_at = ${work.now}
    where subject_id = any(${subjectIds}::uuid[]) and ${unsent} and next_check_at is null`.execute(work.tx)
}
