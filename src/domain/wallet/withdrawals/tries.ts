import { sql } from 'kysely'
import type { Tx } from '../../kernel/index.ts'

/**
 * Returns the ids of all attempts at a withdrawal: the first one, its retry, the retry of that retry, and so
 * on, in this order. Each withdrawal can be retried once.
 */
export async function triesOf(tx: Tx, withdrawalId: string): Promise<[first: string, ...others: string[]]> {
  const { rows } = await sql<{ id: string }>`
    with recursive back as (
      select id, retry_of from withdrawals where id = ${withdrawalId}::uuid
      union all
      select w.id, w.retry_of from back b join withdrawals w on w.id = b.retry_of
    ), tries as (
      select id, 1 as nth from back where retry_of is null
      union all
      select w.id, t.nth + 1 from tries t join withdrawals w on w.retry_of = t.id
    )
    select id from tries order by nth`.execute(tx)
  const [first, ...others] = rows.map((row) => row.id)
  return [first ?? withdrawalId, ...others]
}

/** Returns the id of the first attempt, for a withdrawal that is a retry; null for any other withdrawal. */
export async function firstTryOf(
  tx: Tx,
  { id, retryOf }: { id: string; retryOf: string | null },
): Promise<string | null> {
  return retryOf === null ? null : (await triesOf(tx, id))[0]
}
