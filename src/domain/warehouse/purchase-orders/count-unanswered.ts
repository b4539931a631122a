import { type Kysely, sql } from 'kysely'
import type { DB } from '../../kernel/index.ts'

/** Returns how many purchase orders were sent to factories before this instant and are still unanswered. */
export async function countUnanswered(db: Kysely<DB>, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from warehouse_purchase_orders
    where status = 'sent' and sent_at < ${before}`.execute(db)
  return rows[0]?.count ?? 0
}
