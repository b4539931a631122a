import { sql } from 'kysely'
import type { Tx } from '../../kernel/index.ts'

/**
 * Counts the ledger transactions and chain pages that were sealed (signed with an HMAC) under each key.
 * Returns one count for each id of a key. If an item was sealed again, only its newer seal counts.
 */
export async function countSeals(tx: Tx): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; count: number }>`
    select id, sum(count)::int8 as count from (
      select split_part(coalesce(r.seal, t.seal), '.', 1) as id, count(*) from ledger_transactions t
        left join ledger_reseals r on r.transaction_id = t.id group by 1
      union all
      select split_part(coalesce(r.head, c.head), '.', 1), count(*) from ledger_chain c left join ledger_chain_reseals r on r.page = c.page
        group by 1
    ) s group by id`.execute(tx)
  return new Map(rows.map(({ id, count }) => [id, count]))
}
