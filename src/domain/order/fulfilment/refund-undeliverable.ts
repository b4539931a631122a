import { sql } from 'kysely'
import { moveState, requireTransition, type Work } from '../../kernel/index.ts'
import { endAttention } from '../../ops/index.ts'
import { restock } from '../../warehouse/index.ts'
import { orderErrors } from '../errors.ts'
import { isRefundDecided, type LockedOrder, lockOrderAndPayments } from '../lock.ts'
import {
  giftOf,
  keptFor,
  postedGoods,
  postTakenBack,
  refundOrder,
  returnBorne,
  takeBack,
} from '../refunds/order-money.ts'
import { takeOrderLimit } from '../take-order-limit.ts'
import { orderMachine, orderTransitions } from '../transitions.ts'
import { applyStatusEffects } from './apply-status-effects.ts'
import { earnOrders } from './earn.ts'

/**
 * The reason in the stock's history when goods go back into stock because a courier brought them back. `laku
 * stock adjust` later removes goods that are found to be broken.
 */
const CAME_BACK = 'undeliverable'

/**
 * Refunds the price of the goods of an order whose parcel the courier brought back to the warehouse. The
 * shipping fee is not refunded, because the courier went to the buyer and nobody accepted the parcel. The
 * order is marked as refunded once the buyer has the money.
 * @throws order.refund_decided, kernel.illegal_transition
 */
export async function refundUndeliverable(work: Work, orderId: string): Promise<void> {
  const { order, payments } = await lockOrderAndPayments(work.tx, orderId)
  requireTransition(orderTransitions, order.status, 'refunded', 'order')
  const { id, code, shippingIdr } = order
  if (order.status !== 'returned' || (await isRefundDecided(work.tx, id))) {
    throw orderErrors.refund_decided({ orderId: id, code, status: order.status })
  }
  const kept = keptFor(order, payments)
  // The refund is the price of the goods, less the amount that the buyer was refunded before.
  const amountIdr = (kept?.leftIdr ?? 0) - shippingIdr
  if (!kept || amountIdr <= 0) return await endUnrefunded(work, order)
  await takeOrderLimit(work, id, giftOf('undeliverable', order, amountIdr))
  await restockAll(work, id)
  const from = order.sessionId ? takeBack(await postedGoods(work, id), amountIdr, order) : undefined
  const { paymentId } = kept
  const key = `order:${id}:undeliverable`
  await refundOrder(work, { key, paymentId, amountIdr, reason: 'order_undeliverable', from })
  await returnBorne(work, order, shippingIdr)
  // After this refund, a direct order has only the money of its shipping fee left. The company has earned
  // that fee, so it is posted as earned.
  await earnOrders(work, [id])
  await endAttention(work, 'order_came_back', id, 'refunded')
  await sql`update orders set allocated = false, updated_at = ${work.now} where id = ${id}`.execute(work.tx)
}

/**
 * Ends an order whose parcel the courier brought back, if its buyer was already refunded the price of the
 * goods. The buyer gets nothing more.
 */
async function endUnrefunded(work: Work, order: LockedOrder): Promise<void> {
  const { id, sessionId } = order
  await restockAll(work, id)
  if (sessionId) {
    const entries = takeBack(await postedGoods(work, id), 0, order)
    await postTakenBack(work, { key: `order:${id}:taken_back`, orderId: id, entries })
  }
  await returnBorne(work, order, order.shippingIdr)
  await earnOrders(work, [id])
  const set = { allocated: false, updatedAt: work.now }
  await moveState(work, orderMachine, { to: 'refunded', from: 'returned', ids: [id], set, all: true })
  await applyStatusEffects(work, [{ order, to: 'refunded' }])
  await endAttention(work, 'order_came_back', id, 'refunded before')
}

/** Puts all goods of an order back into the warehouse's stock, as fit to be sold again. */
export async function restockAll(work: Work, orderId: string): Promise<void> {
  const { rows } = await sql<{ variantId: string; quantity: number }>`
    select variant_id, sum(quantity)::integer as quantity from order_items where order_id = ${orderId}
    group by variant_id`.execute(work.tx)
  const lines = rows.map((row) => ({ ...row, writtenOff: false }))
  await restock(work, { orderId, reason: CAME_BACK, lines })
}
