import { sql } from 'kysely'
import {
  actorLabel,
  asRecords,
  moveState,
  type Rupiah,
  requireStaff,
  sumIdr,
  type Work,
} from '../../kernel/index.ts'
import { endAttention } from '../../ops/index.ts'
import { restock } from '../../warehouse/index.ts'
import { orderErrors } from '../errors.ts'
import { applyStatusEffects } from '../fulfilment/apply-status-effects.ts'
import { type LockedOrder, lockOrderAndPayments, subjectOf } from '../lock.ts'
import {
  giftOf,
  type KeptMoney,
  keptFor,
  postTakenBack,
  refundOrder,
  takeBack,
} from '../refunds/order-money.ts'
import { takeOrderLimit } from '../take-order-limit.ts'
import { orderMachine, returnMachine } from '../transitions.ts'
import { type AcceptedItem, leftToReturn, type ReturnableItem, returnableItems } from './items.ts'
import { getReturn, type ReturnView } from './read.ts'
import { type ReturnReason, refundsShipping, shareBack } from './rules.ts'

export interface ReturnInspection {
  /** The return's id, or its order's code. */
  return: string
  /**
   * The returned order items, by id or SKU, that cannot be sold again. All other returned items go back into
   * stock.
   */
  writtenOff?: readonly string[] | undefined
  note?: string | undefined
}

/**
 * Accepts a return whose goods have arrived and were inspected. Items go back into stock or are written off,
 * and their price is refunded. This refund is taken from the factory's share and laku's commission. The
 * shipping fee is refunded only if the fault is ours and everything came back. If nothing of the order is
 * left, it becomes returned, and later refunded. Otherwise it stays delivered.
 * @throws order.return_not_found, return_decided, return_items_invalid, kernel.forbidden
 */
export async function acceptReturn(work: Work, input: ReturnInspection): Promise<ReturnView> {
  requireStaff(work.actor, 'support', 'service')
  const { id, order: named } = await getReturn(work, input.return)
  const { order, payments } = await lockOrderAndPayments(work.tx, named.id)
  // The return is read again under the lock, because another person may have accepted or refused it
  // meanwhile.
  const view = await getReturn(work, id)
  const sold = await returnableItems(work.tx, order.id)
  const items = inspected(view, sold, input.writtenOff ?? [])
  const allCameBack = restOf(sold, items) === 0
  const kept = keptFor(order, payments)
  const leftIdr = kept?.leftIdr ?? 0
  const goodsIdr = Math.min(leftIdr, sumIdr(items.map((item) => item.goodsIdr)))
  const feeIdr = refundsShipping(view.reason, allCameBack) ? order.shippingIdr : 0
  const shippingIdr = Math.min(feeIdr, leftIdr - goodsIdr)
  const refundIdr = goodsIdr + shippingIdr
  await takeOrderLimit(work, order.id, giftOf('return', order, refundIdr, ['return', view.id]))
  await decide(work, view, { items, refundIdr, shippingIdr, note: input.note })
  await moveOrder(work, order, allCameBack)
  await restock(work, {
    orderId: order.id,
    reason: `return ${view.reason}`,
    lines: items.map(({ orderItemId, quantity, writtenOff }) => {
      const { variantId } = sold.get(orderItemId) as ReturnableItem
      return { variantId, quantity, writtenOff }
    }),
  })
  const { reason } = view
  await giveBack(work, { order, kept, sold, items, refundIdr, shippingIdr, returnId: view.id, reason })
  // If nothing is refunded, no event refund.succeeded will end this order later. So the order is ended now.
  if (refundIdr === 0 && allCameBack) await endReturned(work, order)
  await endAttention(work, 'return_requested', view.id, 'accepted')
  return await getReturn(work, view.id)
}

/**
 * Returns, for each returned item, whether it is written off, and how much money is taken back for it from
 * its factory's share and the commission.
 */
function inspected(
  view: ReturnView,
  sold: ReadonlyMap<string, ReturnableItem>,
  writtenOff: readonly string[],
): AcceptedItem[] {
  if (view.status !== 'requested') throw orderErrors.return_decided({ return: view.id, status: view.status })
  const names = new Set(view.items.flatMap((item) => [item.orderItemId, item.sku]))
  const unknown = writtenOff.filter((named) => !names.has(named))
  if (unknown.length > 0) throw orderErrors.return_items_invalid({ return: view.id, items: unknown })
  return view.items.map(({ orderItemId, sku, quantity }) => {
    const item = sold.get(orderItemId)
    if (!item) throw new Error(`return ${view.id} is of an item that the order does not have`)
    const isWrittenOff = writtenOff.includes(orderItemId) || writtenOff.includes(sku)
    return { orderItemId, quantity, writtenOff: isWrittenOff, ...shareBack(item, quantity) }
  })
}

function restOf(sold: ReadonlyMap<string, ReturnableItem>, items: readonly AcceptedItem[]): number {
  const left = [...sold.values()].reduce((sum, item) => sum + leftToReturn(item), 0)
  return left - items.reduce((sum, item) => sum + item.quantity, 0)
}

/**
 * Stores that the return is accepted, if it is still undecided. If two members of staff decide it at once,
 * the second gets an error.
 */
async function decide(
  work: Work,
  { id, order }: ReturnView,
  decision: {
    items: readonly AcceptedItem[]
    refundIdr: Rupiah
    shippingIdr: Rupiah
    note: string | undefined
  },
): Promise<void> {
  const { items, refundIdr, shippingIdr, note } = decision
  const decided = { decisionNote: note ?? null, decidedBy: actorLabel(work.actor), decidedAt: work.now }
  const set = { refundIdr, shippingIdr, ...decided }
  const moved = await moveState(work, returnMachine, { to: 'accepted', ids: [id], set })
  if (moved.length === 0) throw orderErrors.return_decided({ return: id })
  const records = items.map(({ writtenOff, ...item }) => ({
    ...item,
    condition: writtenOff ? 'written_off' : 'restocked',
  }))
  await sql`
    update order_return_items r set condition = d.condition, goods_idr = d.goods_idr, commission_idr = d.commission_idr
    from jsonb_to_recordset(${asRecords(records)}::jsonb)
      as d(order_item_id uuid, condition text, goods_idr bigint, commission_idr bigint)
    where r.return_id = ${id} and r.order_item_id = d.order_item_id`.execute(work.tx)
  const after = { status: 'accepted', refundIdr, shippingIdr, items: records, note }
  work.audit({
    command: 'orders returns accept',
    subject: ['order', order.id],
    before: { status: 'requested' },
    after,
  })
}

async function moveOrder(work: Work, order: LockedOrder, allCameBack: boolean): Promise<void> {
  const to = allCameBack ? 'returned' : 'delivered'
  const set = { allocated: !allCameBack, updatedAt: work.now }
  await moveState(work, orderMachine, { to, from: 'return_requested', ids: [order.id], set, all: true })
  await applyStatusEffects(work, [{ order, to }])
}

async function endReturned(work: Work, order: LockedOrder): Promise<void> {
  const set = { updatedAt: work.now }
  await moveState(work, orderMachine, { to: 'refunded', from: 'returned', ids: [order.id], set, all: true })
  await applyStatusEffects(work, [{ order: { ...order, status: 'returned' }, to: 'refunded' }])
}

interface GivenBack {
  returnId: string
  reason: ReturnReason
  order: LockedOrder
  /** The payment from which the buyer can be refunded. Undefined if the buyer was refunded in full before. */
  kept: KeptMoney | undefined
  sold: ReadonlyMap<string, ReturnableItem>
  items: readonly AcceptedItem[]
  refundIdr: Rupiah
  shippingIdr: Rupiah
}

/**
 * Decides the refund of an accepted return, and emits return.accepted. The refund is paid from the money that
 * was posted for the returned items.
 */
async function giveBack(work: Work, given: GivenBack): Promise<void> {
  const { returnId, reason, order, kept, sold, items, refundIdr, shippingIdr } = given
  const { id } = order
  const lines = items.map((item) => {
    const { factoryId, sku } = sold.get(item.orderItemId) as ReturnableItem
    return { ...item, factoryId, sku }
  })
  const [key, from] = [`return:${returnId}`, takeBack(lines, refundIdr, order)]
  if (kept && refundIdr > 0) {
    const { paymentId } = kept
    await refundOrder(work, { key, paymentId, amountIdr: refundIdr, reason: 'order_returned', from })
  } else await postTakenBack(work, { key: `${key}:taken_back`, orderId: id, entries: from })
  const payload = { ...subjectOf(order), returnId, reason, refundIdr, shippingIdr, items: lines }
  work.emit({ type: 'return.accepted', aggregate: ['order', id], payload })
}
