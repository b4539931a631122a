import { type RawBuilder, sql } from 'kysely'
import {
  idOrCode,
  pageOf,
  type Rupiah,
  requireStaff,
  statesOf,
  type Tx,
  type Work,
} from '../../kernel/index.ts'
import { orderErrors } from '../errors.ts'
import type { ReturnStatus } from '../transitions.ts'
import { returnTransitions } from '../transitions.ts'
import type { ReturnReason } from './rules.ts'

export const returnStatuses = statesOf(returnTransitions)

export interface ReturnView {
  id: string
  order: { id: string; code: string }
  userId: string
  status: ReturnStatus
  reason: ReturnReason
  /** The buyer's own explanation of the return. */
  note: string | null
  photos: string[]
  items: {
    orderItemId: string
    sku: string
    name: string
    quantity: number
    condition: 'restocked' | 'written_off' | null
    goodsIdr: Rupiah | null
  }[]
  /** The amount refunded to the buyer, shipping included; null until the return is accepted. */
  refundIdr: Rupiah | null
  shippingIdr: Rupiah
  decisionNote: string | null
  requestedAt: Date
  decidedAt: Date | null
}

async function returnViews(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<ReturnView[]> {
  const { rows } = await sql<ReturnView>`
    select t.id, jsonb_build_object('id', o.id, 'code', o.code) as order, t.user_id, t.status, t.reason, t.note, t.photos, (
        select jsonb_agg(jsonb_build_object('orderItemId', i.id, 'sku', i.sku, 'name', i.name, 'quantity', r.quantity,
          'condition', r.condition, 'goodsIdr', r.goods_idr) order by i.id)
        from order_return_items r join order_items i on i.id = r.order_item_id where r.return_id = t.id
      ) as items,
      t.refund_idr, t.shipping_idr, t.decision_note, t.requested_at, t.decided_at
    from order_returns t join orders o on o.id = t.order_id
    where ${where} order by t.id desc limit ${limit}`.execute(tx)
  return rows
}

function visible({ actor }: Work): RawBuilder<unknown> {
  if (actor.kind === 'customer') return sql`t.user_id = ${actor.id}::uuid`
  requireStaff(actor, 'support', 'warehouse', 'finance', 'service')
  return sql`true`
}

/**
 * Returns a return of goods by its id, or an order's latest return by the order's code. Customers see their
 * own returns, staff see all.
 * @throws order.return_not_found, kernel.forbidden
 */
export async function getReturn(work: Work, named: string): Promise<ReturnView> {
  const key = idOrCode(named)
  const which = 'id' in key ? sql`t.id = ${key.id}::uuid` : sql`o.code = ${key.code}`
  const [found] = await returnViews(work.tx, sql`${which} and ${visible(work)}`, 1)
  if (!found) throw orderErrors.return_not_found({ return: named })
  return found
}

export interface ReturnFilter {
  status?: ReturnStatus | undefined
  orderId?: string | undefined
  limit: number
  cursor?: string | undefined
}

/**
 * Returns one keyset page of returns of goods, newest first: customers see their own returns, staff see all.
 * @throws kernel.forbidden
 */
export async function listReturns(
  work: Work,
  filter: ReturnFilter,
): Promise<{ data: ReturnView[]; nextCursor: string | null }> {
  const conditions = [
    visible(work),
    filter.status ? sql`t.status = ${filter.status}` : sql`true`,
    filter.orderId ? sql`t.order_id = ${filter.orderId}::uuid` : sql`true`,
    filter.cursor ? sql`t.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const rows = await returnViews(work.tx, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}
