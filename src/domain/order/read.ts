import { type RawBuilder, sql } from 'kysely'
import { idOrCode, pageOf, requireStaff, type Tx, type Work } from '../kernel/index.ts'
import { orderErrors } from './errors.ts'
import type { OrderStatus } from './transitions.ts'
import type { OrderView } from './views.ts'

/**
 * Returns the orders for which the SQL condition `where` is true, newest first. In it, `o` is the orders
 * table.
 */
async function orderViews(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<OrderView[]> {
  const { rows } = await sql<OrderView>`
    select o.id, o.code, o.user_id, o.status, o.status_reason, o.session_id, o.allocated, (
        select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'productId', i.product_id, 'variantId', i.variant_id,
          'sku', i.sku, 'name', i.name, 'quantity', i.quantity, 'unitPriceIdr', i.unit_price_idr, 'totalIdr', i.total_idr)
          order by i.id), '[]')
        from order_items i where i.order_id = o.id
      ) as items,
      o.goods_idr, o.shipping_idr, (o.fee_estimated and o.fee_trued_at is null) as shipping_is_estimate, o.total_idr, o.address,
      jsonb_build_object('company', o.courier_company, 'type', o.courier_type) as courier, o.waybill, o.tracking_url, (
        select jsonb_build_object('id', s.id, 'code', s.code, 'status', s.status)
        from shipments s where s.order_id = o.id order by s.id desc limit 1
      ) as shipment, (
        select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'status', t.status, 'reason', t.reason,
          'refundIdr', t.refund_idr, 'decisionNote', t.decision_note) order by t.id desc), '[]')
        from order_returns t where t.order_id = o.id
      ) as returns,
      o.created_at, o.paid_at, o.delivered_at, o.return_until
    from orders o where ${where} order by o.id desc limit ${limit}`.execute(tx)
  return rows
}

/**
 * Returns the SQL condition for the orders that the acting person may read: customers their own, staff all.
 */
function visible({ actor }: Work): RawBuilder<unknown> {
  if (actor.kind === 'customer') return sql`o.user_id = ${actor.id}::uuid`
  requireStaff(actor, 'support', 'warehouse', 'finance', 'service')
  return sql`true`
}

/**
 * Returns an order by id or code: customers see their own orders, staff see all.
 * @throws order.not_found, kernel.forbidden
 */
export async function getOrder(work: Work, named: string): Promise<OrderView> {
  const key = idOrCode(named)
  const which = 'id' in key ? sql`o.id = ${key.id}::uuid` : sql`o.code = ${key.code}`
  const [order] = await orderViews(work.tx, sql`${which} and ${visible(work)}`, 1)
  if (!order) throw orderErrors.not_found({ order: named })
  return order
}

export interface OrderFilter {
  status?: OrderStatus | undefined
  sessionId?: string | undefined
  userId?: string | undefined
  createdSince?: Date | undefined
  limit: number
  cursor?: string | undefined
}

/**
 * Returns one keyset page of orders, newest first: customers see their own orders, staff see all.
 * @throws kernel.forbidden
 */
export async function listOrders(
  work: Work,
  filter: OrderFilter,
): Promise<{ data: OrderView[]; nextCursor: string | null }> {
  const conditions = [
    visible(work),
    filter.status ? sql`o.status = ${filter.status}` : sql`true`,
    filter.sessionId ? sql`o.session_id = ${filter.sessionId}::uuid` : sql`true`,
    filter.userId ? sql`o.user_id = ${filter.userId}::uuid` : sql`true`,
    filter.createdSince ? sql`o.created_at >= ${filter.createdSince}` : sql`true`,
    filter.cursor ? sql`o.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const rows = await orderViews(work.tx, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}
