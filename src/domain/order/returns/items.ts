import { sql } from 'kysely'
import type { Rupiah, Tx } from '../../kernel/index.ts'
import { postedItems } from '../../payment/index.ts'
import type { SoldPieces } from './rules.ts'

export interface ReturnableItem extends SoldPieces {
  id: string
  variantId: string
  sku: string
  factoryId: string
}

/**
 * Returns an order's items by id, with the number of pieces returned before. `goodsIdr` is the money posted
 * for the item (the factory's share and the commission), less what was taken back. `commissionIdr` is the
 * commission in this sum.
 */
export async function returnableItems(tx: Tx, orderId: string): Promise<Map<string, ReturnableItem>> {
  const { rows } = await sql<Omit<ReturnableItem, 'goodsIdr' | 'commissionIdr'>>`
    select i.id, i.variant_id, i.sku, i.factory_id, i.quantity, coalesce(b.quantity, 0)::integer as returned_quantity
    from order_items i
    left join lateral (
      select sum(r.quantity) as quantity
      from order_return_items r join order_returns t on t.id = r.return_id
      where r.order_item_id = i.id and t.status = 'accepted'
    ) b on true
    where i.order_id = ${orderId} order by i.id`.execute(tx)
  const posted = await postedItems(tx, sql`select id from order_items where order_id = ${orderId}`)
  const money = new Map(posted.map((share) => [share.orderItemId, share]))
  return new Map(
    rows.map((row) => {
      const { factoryIdr = 0, commissionIdr = 0 } = money.get(row.id) ?? {}
      return [row.id, { ...row, goodsIdr: factoryIdr + commissionIdr, commissionIdr }]
    }),
  )
}

/** Returns how many pieces of an order item the buyer may still return. */
export const leftToReturn = (item: ReturnableItem): number => item.quantity - item.returnedQuantity

export interface AcceptedItem {
  orderItemId: string
  quantity: number
  writtenOff: boolean
  goodsIdr: Rupiah
  commissionIdr: Rupiah
}
