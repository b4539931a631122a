import { sql } from 'kysely'
import { moveState, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { mayActForFactory } from '../../territory/index.ts'
import { warehouseErrors } from '../errors.ts'
import { purchaseOrderMachine, purchaseOrderTransitions } from '../transitions.ts'
import { type LockedPurchaseOrder, lockPurchaseOrder, subjectOf } from './lock.ts'
import { type PurchaseOrderView, purchaseOrder } from './read.ts'

/**
 * Records that the factory confirmed a purchase order, for example by phone. With `shipped`, records that the
 * purchase order's goods are under way. An agent may do this only for the factories of their own office.
 * @throws warehouse.purchase_order_not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function confirmPurchaseOrder(
  work: Work,
  input: { purchaseOrder: string; shipped?: boolean | undefined },
): Promise<PurchaseOrderView> {
  requireStaff(work.actor, 'warehouse', 'agent', 'service')
  const order = await lockPurchaseOrder(work.tx, input.purchaseOrder)
  if (!(await mayActForFactory(work, order.factoryId)))
    throw warehouseErrors.purchase_order_not_found({ purchaseOrder: input.purchaseOrder })
  const to = input.shipped ? 'shipped' : 'confirmed'
  requireTransition(purchaseOrderTransitions, order.status, to, order.code)
  await moveConfirmed(work, order, to)
  const [before, after] = [{ status: order.status }, { status: to }]
  work.audit({ command: 'purchase-orders confirm', subject: ['purchase_order', order.id], before, after })
  return await purchaseOrder(work.tx, order.id)
}

/**
 * Changes a purchase order to confirmed or shipped, as the factory reported. The caller has locked its row. A
 * purchase order that is already past that state does not change.
 */
export async function moveConfirmed(
  work: Work,
  order: LockedPurchaseOrder,
  to: 'confirmed' | 'shipped',
): Promise<void> {
  const confirmedAt = sql`coalesce(t.confirmed_at, ${work.now})`
  const set = { confirmedAt, answerDueAt: null, updatedAt: work.now }
  const moved = await moveState(work, purchaseOrderMachine, { to, ids: [order.id], set })
  if (moved.length === 0) return
  work.emit({
    type: to === 'shipped' ? 'purchase_order.shipped' : 'purchase_order.confirmed',
    aggregate: ['purchase_order', order.id],
    payload: subjectOf(order),
  })
}
