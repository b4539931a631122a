import { type RawBuilder, sql } from 'kysely'
import type { Rupiah, Tx } from '../kernel/index.ts'
import { lockPaymentsOf, type OrderPayment } from '../payment/index.ts'
import { orderErrors } from './errors.ts'
import type { OrderStatus } from './transitions.ts'

export interface LockedOrder {
  id: string
  code: string
  userId: string
  sessionId: string | null
  participantId: string | null
  status: OrderStatus
  statusReason: string | null
  /** True if the order's stock is reserved, or has left with its parcel. */
  allocated: boolean
  goodsIdr: Rupiah
  shippingIdr: Rupiah
  /** True if the order's shipping fee is an estimate that no courier's price has corrected yet. */
  feeOpen: boolean
  totalIdr: Rupiah
}

/** Locks orders in the sequence of their ids, and returns them as they are under the lock. */
export async function lockOrders(tx: Tx, ids: Iterable<string>): Promise<Map<string, LockedOrder>> {
  const { rows } = await sql<LockedOrder>`
    select id, code, user_id, session_id, participant_id, status, status_reason, allocated, goods_idr,
      shipping_idr, fee_estimated and fee_trued_at is null as fee_open, total_idr
    from orders where id = any(${[...new Set(ids)]}::uuid[]) order by id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

export async function lockOrder(tx: Tx, id: string): Promise<LockedOrder> {
  const order = (await lockOrders(tx, [id])).get(id)
  if (!order) throw orderErrors.not_found({ order: id })
  return order
}

/**
 * Locks the payments of an order, then the order. A session's order was paid by the payments for its buyer's
 * place in the session.
 * @throws order.not_found
 */
export async function lockOrderAndPayments(
  tx: Tx,
  id: string,
): Promise<{ order: LockedOrder; payments: OrderPayment[] }> {
  const found = await tx.selectFrom('orders').select('participantId').where('id', '=', id).executeTakeFirst()
  if (!found) throw orderErrors.not_found({ order: id })
  const payments = await lockPaymentsOf(tx, { id, participantId: found.participantId })
  return { order: await lockOrder(tx, id), payments }
}

/**
 * Returns an SQL condition: the goods of an order came back to the warehouse, and their refund is decided.
 * `alias` is the alias of the orders table in the query.
 */
export const refundDecided = (alias: string): RawBuilder<boolean> => sql<boolean>`
  (exists (select from refunds d where d.key = 'order:' || ${sql.ref(`${alias}.id`)} || ':undeliverable')
    or exists (select from order_returns d where d.order_id = ${sql.ref(`${alias}.id`)} and d.status = 'accepted'))`

export async function isRefundDecided(tx: Tx, orderId: string): Promise<boolean> {
  const { rows } = await sql<{ decided: boolean }>`
    select ${refundDecided('o')} as decided from orders o where o.id = ${orderId}`.execute(tx)
  return rows[0]?.decided ?? false
}

/** Returns the fields that identify an order in its events. */
export function subjectOf({ id, code, userId, sessionId }: LockedOrder) {
  return { orderId: id, code, userId, sessionId }
}
