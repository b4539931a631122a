import { sql } from 'kysely'
import { pageOf, type Tx } from '../../kernel/index.ts'
import type { MovementView } from './read.ts'

/** Lists the movements of a variant's stock, newest first, by keyset pages. The cursor is a movement's id. */
export async function listMovements(
  tx: Tx,
  filter: { variantId: string; limit: number; cursor?: string | undefined },
): Promise<{ data: MovementView[]; nextCursor: string | null }> {
  const before = filter.cursor
    ? sql`(m.moved_at, m.id) < (select c.moved_at, c.id from stock_movements c where c.id = ${filter.cursor}::uuid)`
    : sql`true`
  const { rows } = await sql<MovementView>`
    select m.id, m.kind, m.on_hand_change, m.reserved_change, m.subject_kind, m.subject_id, m.actor, m.reason, m.moved_at
    from stock_movements m where m.variant_id = ${filter.variantId}::uuid and ${before}
    order by m.moved_at desc, m.id desc limit ${filter.limit + 1}`.execute(tx)
  return pageOf(rows, filter.limit, (row) => row.id)
}
