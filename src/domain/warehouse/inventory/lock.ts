import { sql } from 'kysely'
import type { Tx, Work } from '../../kernel/index.ts'

export interface Stock {
  onHand: number
  reserved: number
}

/**
 * Locks the inventory rows (one for each variant) in the order of the variants' ids. A variant without a row
 * has no stock and is left out.
 */
export async function lockStock(tx: Tx, variantIds: Iterable<string>): Promise<Map<string, Stock>> {
  const ids = [...new Set(variantIds)]
  const { rows } = await sql<Stock & { variantId: string }>`
    select variant_id, on_hand, reserved from warehouse_inventory where variant_id = any(${ids}::uuid[])
    order by variant_id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.variantId, row]))
}

/**
 * Locks the inventory rows of variants, after creating a row for each variant that has none. So transactions
 * that change the stock of the same variant wait for each other.
 */
export async function openStock(work: Work, variantIds: Iterable<string>): Promise<Map<string, Stock>> {
  const ids = [...new Set(variantIds)].sort()
  await sql`
    insert into warehouse_inventory (variant_id, updated_at) select id, ${work.now} from unnest(${ids}::uuid[]) as id
    on conflict do nothing`.execute(work.tx)
  return await lockStock(work.tx, ids)
}
