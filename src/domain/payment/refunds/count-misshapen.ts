import { type Kysely, sql } from 'kysely'
import type { DB } from '../../kernel/index.ts'

/**
 * Returns the number of refunds sent after `since` that Xendit refused because their requests had a wrong
 * form.
 */
export async function countMisshapen(db: Kysely<DB>, since: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from refunds
    where failure_code in ('API_VALIDATION_ERROR', 'INVALID_VALUE_ERROR') and submitted_at > ${since}`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}
