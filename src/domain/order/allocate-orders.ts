import { sql } from 'kysely'
import type { EventOf, Work } from '../kernel/index.ts'
import { reserveStock, type StockLine } from '../warehouse/index.ts'
import { announceMoves } from './announce-moves.ts'
import { lockOrders, subjectOf } from './lock-orders.ts'

/** Why an order waits that goes on by itself when its goods come. */
export const NO_STOCK = 'no_stock'

/**
 * Reaction to stock.added: where orders wait for these variants, a job gives them their stock. Not here, for whoever adds stock
 * has it locked already, and orders are locked before stock.
 */
export async function noticeStock(work: Work, events: EventOf<'stock.added'>[]): Promise<void> {
  const variantIds = [...new Set(events.map((event) => event.payload.variantId))]
  const { rows } = await sql<{ variantId: string }>`
    select distinct i.variant_id from orders o join order_items i on i.order_id = o.id
    where o.status = 'on_hold' and not o.allocated and o.status_reason = ${NO_STOCK}
      and i.variant_id = any(${variantIds}::uuid[])`.execute(work.tx)
  for (const { variantId } of rows) {
    work.emit({ type: 'order.stock_came', aggregate: ['variant', variantId], payload: { variantId } })
  }
}

/** A run looks at so many waiting orders; the queue of those that are paid longest ago comes first. */
const LOOKED_AT = 500

/**
 * Gives stock to orders that wait for these variants, the oldest paid first, each whole or not at all; they go on to processing,
 * and a courier is booked. Returns how many went on.
 */
export async function allocateOrders(work: Work, variantIds: readonly string[]): Promise<number> {
  const { rows: waiting } = await sql<{ id: string }>`
    select o.id from orders o
    where o.status = 'on_hold' and not o.allocated and o.status_reason = ${NO_STOCK}
      and exists (select from order_items i where i.order_id = o.id and i.variant_id = any(${[...variantIds]}::uuid[]))
    order by o.paid_at, o.id limit ${LOOKED_AT}`.execute(work.tx)
  const locked = await lockOrders(
    work.tx,
    waiting.map((row) => row.id),
  )
  // In the order of payment again, without those that somebody moved meanwhile.
  const still = waiting.flatMap(({ id }) => {
    const order = locked.get(id)
    return order?.status === 'on_hold' && !order.allocated && order.statusReason === NO_STOCK ? [order] : []
  })
  if (still.length === 0) return 0
  const lines = await linesOf(
    work,
    still.map((order) => order.id),
  )
  const { reserved } = await reserveStock(
    work,
    still.map(({ id }) => ({ subjectKind: 'order', subjectId: id, lines: lines.get(id) ?? [] })),
  )
  await sql`
    update orders set status = 'processing', status_reason = null, allocated = true, updated_at = ${work.now}
    where id = any(${reserved}::uuid[]) and status = 'on_hold'`.execute(work.tx)
  const served = still.filter((order) => reserved.includes(order.id))
  await announceMoves(
    work,
    served.map((order) => ({ order, to: 'processing' as const })),
  )
  for (const order of served) {
    work.emit({ type: 'order.allocated', aggregate: ['order', order.id], payload: subjectOf(order) })
  }
  return served.length
}

async function linesOf(work: Work, orderIds: readonly string[]): Promise<Map<string, StockLine[]>> {
  const { rows } = await sql<StockLine & { orderId: string }>`
    select order_id, variant_id, sum(quantity)::integer as quantity from order_items
    where order_id = any(${[...orderIds]}::uuid[]) group by order_id, variant_id`.execute(work.tx)
  return Map.groupBy(rows, (row) => row.orderId)
}
