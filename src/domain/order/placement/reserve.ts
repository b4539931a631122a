import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import { reserveStock } from '../../warehouse/index.ts'
import { orderErrors } from '../errors.ts'

interface Line {
  variantId: string
  sku: string
  quantity: number
}

/**
 * Reserves the stock of an order's items.
 * @throws order.out_of_stock, with what is free of each variant that is short
 */
export async function reserveForOrder(work: Work, orderId: string): Promise<void> {
  const { rows: lines } = await sql<Line>`
    select variant_id, min(sku) as sku, sum(quantity)::integer as quantity
    from order_items where order_id = ${orderId} group by variant_id`.execute(work.tx)
  const { short } = await reserveStock(work, [{ subjectKind: 'order', subjectId: orderId, lines }])
  if (short.length === 0) return
  const missing = new Map(short.map((shortage) => [shortage.variantId, shortage.missing]))
  const items = lines.flatMap(({ variantId, sku, quantity }) => {
    const lacking = missing.get(variantId)
    return lacking === undefined ? [] : [{ variantId, sku, quantity, free: quantity - lacking }]
  })
  throw orderErrors.out_of_stock({ items })
}
