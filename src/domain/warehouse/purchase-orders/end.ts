import { moveState, requireReason, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { openStock } from '../inventory/lock.ts'
import { purchaseOrderMachine, purchaseOrderTransitions } from '../transitions.ts'
import { type LockedPurchaseOrder, lockPurchaseOrder, subjectOf } from './lock.ts'
import { type PurchaseOrderView, purchaseOrder } from './read.ts'

interface Ending {
  purchaseOrder: string
  reason?: string | undefined
}

/**
 * Closes a purchase order that was received in part or in full: the factory will not deliver the missing
 * pieces. An attention item names the sessions that wait for these pieces (by the event
 * purchase_order.closed).
 * @throws warehouse.purchase_order_not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function closePurchaseOrder(work: Work, input: Ending): Promise<PurchaseOrderView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const { order, before } = await end(work, input, 'closed')
  const owed = before.items.filter((item) => item.received < item.quantity)
  const missing = owed.reduce((sum, item) => sum + item.quantity - item.received, 0)
  const variantIds = owed.map((item) => item.variantId)
  const payload = { ...subjectOf(order), variantIds, missing }
  work.emit({ type: 'purchase_order.closed', aggregate: ['purchase_order', order.id], payload })
  return await purchaseOrder(work.tx, order.id)
}

/**
 * Cancels a purchase order, as long as none of its goods have arrived. An attention item names the session
 * that the goods were for (by the event purchase_order.cancelled).
 * @throws warehouse.purchase_order_not_found, kernel.illegal_transition, kernel.reason_required,
 * kernel.forbidden
 */
export async function cancelPurchaseOrder(work: Work, input: Ending): Promise<PurchaseOrderView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const reason = requireReason(work, input.reason)
  const { order, before } = await end(work, { ...input, reason }, 'cancelled')
  const variantIds = before.items.map((item) => item.variantId)
  const payload = { ...subjectOf(order), variantIds, reason }
  work.emit({ type: 'purchase_order.cancelled', aggregate: ['purchase_order', order.id], payload })
  return await purchaseOrder(work.tx, order.id)
}

async function end(
  work: Work,
  input: Ending,
  to: 'closed' | 'cancelled',
): Promise<{ order: LockedPurchaseOrder; before: PurchaseOrderView }> {
  const order = await lockPurchaseOrder(work.tx, input.purchaseOrder)
  requireTransition(purchaseOrderTransitions, order.status, to, order.code)
  const before = await purchaseOrder(work.tx, order.id)
  // A session that needs these goods may be processed at the same time. Both transactions lock the stock, so
  // one waits for the other. If the session's transaction is second, it sees that the goods will not come. If
  // this transaction is second, it sees which goods the session lacks.
  await openStock(
    work,
    before.items.map((item) => item.variantId),
  )
  const set = { statusReason: input.reason ?? null, answerDueAt: null, updatedAt: work.now }
  await moveState(work, purchaseOrderMachine, { to, ids: [order.id], set, all: true })
  const after = { status: to, reason: input.reason }
  const command = to === 'closed' ? 'purchase-orders close' : 'purchase-orders cancel'
  work.audit({ command, subject: ['purchase_order', order.id], before: { status: order.status }, after })
  return { order, before }
}
