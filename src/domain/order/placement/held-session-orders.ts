import { sql } from 'kysely'
import { moveState, type Tx, type Work } from '../../kernel/index.ts'
import type { StockLine } from '../../warehouse/index.ts'
import { applyStatusEffects } from '../fulfilment/apply-status-effects.ts'
import { lockOrders, subjectOf } from '../lock.ts'
import { orderMachine } from '../transitions.ts'

/**
 * The reason stored with a session's order that is on hold because its stock is missing. The order continues
 * automatically when the session gets its goods.
 */
export const NO_STOCK = 'no_stock'

export interface HeldOrder {
  id: string
  lines: StockLine[]
}

/** Returns a session's orders that are on hold because their stock is missing, the earliest paid first. */
export async function heldSessionOrders(tx: Tx, sessionId: string): Promise<HeldOrder[]> {
  const { rows } = await sql<HeldOrder>`
    select o.id, i.lines from orders o
    join lateral (
      select jsonb_agg(jsonb_build_object('variantId', variant_id, 'quantity', quantity)) as lines
      from (
        select variant_id, sum(quantity)::integer as quantity from order_items where order_id = o.id group by variant_id
      ) items
    ) i on true
    where o.session_id = ${sessionId} and o.status = 'on_hold' and not o.allocated and o.status_reason = ${NO_STOCK}
    order by o.paid_at, o.id`.execute(tx)
  return rows
}

/**
 * Sets orders from on hold to processing, because their stock is now reserved. Their parcels are booked after
 * that. The caller transfers the reserved stock from the session to the orders. Returns the ids of the orders
 * that this call changed: those that were on hold without stock.
 */
export async function goOnAllocated(work: Work, orderIds: readonly string[]): Promise<Set<string>> {
  if (orderIds.length === 0) return new Set()
  const locked = [...(await lockOrders(work.tx, orderIds)).values()]
  const waiting = locked.filter((order) => order.status === 'on_hold' && !order.allocated)
  const ids = waiting.map((order) => order.id)
  const set = { statusReason: null, allocated: true, updatedAt: work.now }
  await moveState(work, orderMachine, { to: 'processing', from: 'on_hold', ids, set, all: true })
  await applyStatusEffects(
    work,
    waiting.map((order) => ({ order, to: 'processing' as const })),
  )
  for (const order of waiting) {
    work.emit({ type: 'order.allocated', aggregate: ['order', order.id], payload: subjectOf(order) })
  }
  return new Set(ids)
}
