import { sql } from 'kysely'
import type { Tx } from '../../kernel/index.ts'
import { incomingPurchaseOrderStates } from '../transitions.ts'

/**
 * Returns, by variant, the pieces on the way from factories that this session may have. The pieces that other
 * sessions lack are subtracted. If the other sessions lack more than is on the way, the number is below 0.
 * The caller has locked the stock.
 */
export async function unclaimedIncoming(
  tx: Tx,
  variantIds: readonly string[],
  sessionId: string,
): Promise<Map<string, number>> {
  const ids = [...variantIds]
  const { rows } = await sql<{ variantId: string; pieces: number }>`
    select variant_id, sum(pieces)::integer as pieces from (
      select i.variant_id, i.quantity - i.received as pieces
      from purchase_order_items i join warehouse_purchase_orders o on o.id = i.purchase_order_id
      where i.variant_id = any(${ids}::uuid[]) and i.received < i.quantity and o.status = any(${[...incomingPurchaseOrderStates]})
      union all
      select variant_id, -missing from stock_shortages
      where variant_id = any(${ids}::uuid[]) and session_id <> ${sessionId}
    ) known group by variant_id`.execute(tx)
  return new Map(rows.map((row) => [row.variantId, row.pieces]))
}
