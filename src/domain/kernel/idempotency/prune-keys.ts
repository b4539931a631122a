import { sql } from 'kysely'
import type { Work } from '../work.ts'

/**
 * Deletes up to `limit` idempotency keys that have expired; returns how many were deleted. Keys of calls that
 * move money never expire.
 */
export async function pruneKeys(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from idempotency_keys where (scope, key) in (
      select scope, key from idempotency_keys where expires_at <= ${work.now} order by expires_at limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
