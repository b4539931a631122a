import { type RawBuilder, sql } from 'kysely'
import { idOrCode, pageOf, type Rupiah, type Tx } from '../kernel/index.ts'
import { orderErrors } from './errors.ts'

/** An order as staff see it in a list. */
export interface StaffOrder {
  id: string
  code: string
  status: string
  statusReason: string | null
  userId: string
  sessionId: string | null
  allocated: boolean
  goodsIdr: Rupiah
  shippingIdr: Rupiah
  totalIdr: Rupiah
  courierCompany: string
  courierType: string
  waybill: string | null
  createdAt: Date
  paidAt: Date | null
  deliveredAt: Date | null
}

export interface StaffOrderItem {
  id: string
  sku: string
  name: string
  quantity: number
  unitPriceIdr: Rupiah
  totalIdr: Rupiah
}

export interface StaffOrderFilter {
  status?: string | undefined
  sessionId?: string | undefined
  userId?: string | undefined
  createdSince?: Date | undefined
  limit: number
  cursor?: string | undefined
}

async function orders(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<StaffOrder[]> {
  const { rows } = await sql<StaffOrder>`
    select o.id, o.code, o.status, o.status_reason, o.user_id, o.session_id, o.allocated, o.goods_idr, o.shipping_idr,
      o.total_idr, o.courier_company, o.courier_type, o.waybill, o.created_at, o.paid_at, o.delivered_at
    from orders o where ${where} order by o.id desc limit ${limit}`.execute(tx)
  return rows
}

/** Orders of everybody, newest first, a keyset page at a time. */
export async function listOrdersForStaff(
  tx: Tx,
  filter: StaffOrderFilter,
): Promise<{ data: StaffOrder[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (filter.status) wheres.push(sql`o.status = ${filter.status}`)
  if (filter.sessionId) wheres.push(sql`o.session_id = ${filter.sessionId}::uuid`)
  if (filter.userId) wheres.push(sql`o.user_id = ${filter.userId}::uuid`)
  if (filter.createdSince) wheres.push(sql`o.created_at >= ${filter.createdSince}`)
  if (filter.cursor) wheres.push(sql`o.id < ${filter.cursor}::uuid`)
  const rows = await orders(tx, sql.join(wheres, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}

/**
 * One order for staff, by its id or its code, with its items.
 * @throws order.not_found
 */
export async function showOrderToStaff(
  tx: Tx,
  named: string,
): Promise<StaffOrder & { items: StaffOrderItem[] }> {
  const key = idOrCode(named)
  const [order] = await orders(tx, 'id' in key ? sql`o.id = ${key.id}` : sql`o.code = ${key.code}`, 1)
  if (!order) throw orderErrors.not_found({ order: named })
  const items = await tx
    .selectFrom('orderItems')
    .select(['id', 'sku', 'name', 'quantity', 'unitPriceIdr', 'totalIdr'])
    .where('orderId', '=', order.id)
    .orderBy('id')
    .execute()
  return { ...order, items }
}
