import { sql } from 'kysely'
import type { Rupiah, Tx } from '../kernel/index.ts'
import type { SoldPieces } from './return-rules.ts'

export interface ReturnableItem extends SoldPieces {
  id: string
  variantId: string
  sku: string
  factoryId: string
}

/**
 * The items of an order, with what is left of what was posted for each when it was earned or released, and how many pieces came
 * back before. By their ids.
 */
export async function returnableItems(tx: Tx, orderId: string): Promise<Map<string, ReturnableItem>> {
  const { rows } = await sql<ReturnableItem>`
    select i.id, i.variant_id, i.sku, i.factory_id, i.quantity, coalesce(b.quantity, 0)::integer as returned_quantity,
      coalesce(p.goods_idr, 0)::int8 as goods_idr, coalesce(p.commission_idr, 0)::int8 as commission_idr
    from order_items i
    left join lateral (
      select sum(r.quantity) as quantity
      from order_return_items r join order_returns t on t.id = r.return_id
      where r.order_item_id = i.id and t.status = 'accepted'
    ) b on true
    left join lateral (
      select -sum(e.amount_idr) as goods_idr, -sum(e.amount_idr) filter (where a.key = 'commission') as commission_idr
      from ledger_entries e
      join ledger_transactions t on t.id = e.transaction_id and t.kind in ('escrow.released', 'order.earned', 'refund.decided', 'order.taken_back')
      join ledger_accounts a on a.id = e.account_id
      where e.order_item_id = i.id
    ) p on true
    where i.order_id = ${orderId} order by i.id`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

/** What may still be sent back. */
export const leftToReturn = (item: ReturnableItem): number => item.quantity - item.returnedQuantity

export interface AcceptedItem {
  orderItemId: string
  quantity: number
  writtenOff: boolean
  goodsIdr: Rupiah
  commissionIdr: Rupiah
}
