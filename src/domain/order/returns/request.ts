import { sql } from 'kysely'
import {
  insertRows,
  moveState,
  newId,
  requireCustomer,
  requireTransition,
  type Work,
} from '../../kernel/index.ts'
import { orderErrors } from '../errors.ts'
import { applyStatusEffects } from '../fulfilment/apply-status-effects.ts'
import { type LockedOrder, lockOrder, subjectOf } from '../lock.ts'
import { getOrder } from '../read.ts'
import { orderMachine, orderTransitions } from '../transitions.ts'
import { leftToReturn, type ReturnableItem, returnableItems } from './items.ts'
import { getReturn, type ReturnView } from './read.ts'
import type { ReturnReason } from './rules.ts'

export interface ReturnRequest {
  order: string
  /** The order items to return. Default: all pieces of the order that were not returned yet. */
  items?: { orderItemId: string; quantity: number }[] | undefined
  reason: ReturnReason
  note?: string | undefined
  /** The URLs of the buyer's photos of the goods. */
  photos?: string[] | undefined
}

/**
 * Requests a return of goods from the acting buyer's own delivered order, within its return window. Staff
 * accept or refuse the return once the goods have arrived. Until then the order is not completed, and its
 * factory is not paid.
 * @throws order.not_found, return_window_over, return_items_invalid, kernel.illegal_transition,
 * kernel.forbidden
 */
export async function requestReturn(work: Work, input: ReturnRequest): Promise<ReturnView> {
  const userId = requireCustomer(work.actor)
  const { id: orderId } = await getOrder(work, input.order)
  const order = await lockOrder(work.tx, orderId)
  await requireInWindow(work, order)
  const items = itemsOf(input, await returnableItems(work.tx, orderId))
  const id = newId()
  const { reason, note = null, photos = [] } = input
  await sql`
    insert into order_returns (id, order_id, user_id, status, reason, note, photos, requested_at)
    values (${id}, ${orderId}, ${userId}, 'requested', ${reason}, ${note}, ${JSON.stringify(photos)}::jsonb, ${work.now})
  `.execute(work.tx)
  await insertRows(
    work.tx,
    'orderReturnItems',
    items.map((item) => ({ returnId: id, ...item })),
  )
  const set = { updatedAt: work.now }
  await moveState(work, orderMachine, { to: 'return_requested', ids: [orderId], set, all: true })
  await applyStatusEffects(work, [{ order, to: 'return_requested' }])
  const payload = { ...subjectOf(order), returnId: id, reason }
  work.emit({ type: 'return.requested', aggregate: ['order', orderId], payload })
  work.requestAttention({
    kind: 'return_requested',
    subject: ['return', id],
    message: `The buyer of ${order.code} wants to send goods back. Inspect the goods when they come, then accept or refuse the return. Reason: ${reason}`,
    command: `laku orders returns accept ${order.code}`,
    details: { code: order.code, otherwise: `laku orders returns refuse ${order.code}` },
  })
  return await getReturn(work, id)
}

async function requireInWindow(work: Work, { id, code, status }: LockedOrder): Promise<void> {
  const row = await work.tx
    .selectFrom('orders')
    .select('returnUntil')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const isOver = row.returnUntil !== null && row.returnUntil <= work.now
  if (status === 'completed' || (status === 'delivered' && isOver)) {
    throw orderErrors.return_window_over({ orderId: id, code, returnUntil: row.returnUntil })
  }
  requireTransition(orderTransitions, status, 'return_requested', 'order')
}

function itemsOf(
  { items }: ReturnRequest,
  returnable: ReadonlyMap<string, ReturnableItem>,
): { orderItemId: string; quantity: number }[] {
  if (items === undefined) {
    return [...returnable.values()]
      .map((item) => ({ orderItemId: item.id, quantity: leftToReturn(item) }))
      .filter((item) => item.quantity > 0)
  }
  const isUnique = new Set(items.map((item) => item.orderItemId)).size === items.length
  const wrong = items.filter(({ orderItemId, quantity }) => {
    const item = returnable.get(orderItemId)
    return !item || !Number.isSafeInteger(quantity) || quantity < 1 || quantity > leftToReturn(item)
  })
  if (items.length === 0 || !isUnique || wrong.length > 0)
    throw orderErrors.return_items_invalid({ items: wrong })
  return items
}
