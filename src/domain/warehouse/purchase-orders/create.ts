import { insertRows, newCode, newId, requireStaff, type Work } from '../../kernel/index.ts'
import { variantsById } from '../../product/index.ts'
import { warehouseErrors } from '../errors.ts'
import { type StockLine, totalsOf } from '../inventory/rules.ts'
import { openPurchaseOrderStates } from '../transitions.ts'
import { lastPurchaseOrderOf, type PurchaseOrderView, purchaseOrder } from './read.ts'

export interface NewPurchaseOrder {
  /**
   * The session whose demand the purchase order covers; without a session the order only replenishes the
   * stock.
   */
  session?: { id: string; productId: string } | undefined
  lines: readonly StockLine[]
}

/**
 * Creates a draft of a purchase order to the factory of these variants, for any number of pieces. A session
 * has only one open purchase order at a time. Nothing is posted to the ledger, because the goods are on
 * consignment.
 * @throws warehouse.no_lines, invalid_quantity, variant_not_found, several_factories, not_of_session,
 * session_has_purchase_order, kernel.forbidden
 */
export async function createPurchaseOrder(work: Work, input: NewPurchaseOrder): Promise<PurchaseOrderView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const { session } = input
  const sessionId = session?.id
  const totals = totalsOf(input.lines)
  if (totals.size === 0) throw warehouseErrors.no_lines()
  const factoryId = await factoryOf(work, [...totals.keys()], session)
  if (sessionId) await requireNoneOpen(work, sessionId)
  const id = newId()
  const code = newCode('PO', work.now)
  const at = { createdAt: work.now, updatedAt: work.now }
  await insertRows(work.tx, 'warehousePurchaseOrders', [
    { id, code, factoryId, sessionId: sessionId ?? null, status: 'draft', ...at },
  ])
  await insertRows(
    work.tx,
    'purchaseOrderItems',
    [...totals].map(([variantId, quantity]) => ({
      purchaseOrderId: id,
      variantId,
      quantity,
      received: 0,
      damaged: 0,
    })),
  )
  const units = [...totals.values()].reduce((sum, quantity) => sum + quantity, 0)
  work.emit({
    type: 'purchase_order.created',
    aggregate: ['purchase_order', id],
    payload: { purchaseOrderId: id, code, sessionId: sessionId ?? null, units },
  })
  const view = await purchaseOrder(work.tx, id)
  work.audit({ command: 'purchase-orders create', subject: ['purchase_order', id], after: view })
  return view
}

async function factoryOf(
  work: Work,
  variantIds: string[],
  session: NewPurchaseOrder['session'],
): Promise<string> {
  const variants = await variantsById(work.tx, variantIds)
  const factories = new Set<string>()
  for (const variantId of variantIds) {
    const variant = variants.get(variantId)
    if (!variant) throw warehouseErrors.variant_not_found({ variantId })
    factories.add(variant.factoryId)
  }
  const [factoryId] = factories
  if (factoryId === undefined || factories.size > 1)
    throw warehouseErrors.several_factories({ factories: [...factories] })
  const isForeign = [...variants.values()].some(({ productId }) => productId !== session?.productId)
  if (session && isForeign) throw warehouseErrors.not_of_session({ sessionId: session.id })
  return factoryId
}

/**
 * Throws an error that names the session's open purchase order, if the session has one. Two transactions may
 * create a purchase order for one session at the same time. Then the unique index refuses the second.
 */
async function requireNoneOpen(work: Work, sessionId: string): Promise<void> {
  const last = await lastPurchaseOrderOf(work.tx, sessionId)
  if (!last || !openPurchaseOrderStates.includes(last.status)) return
  throw warehouseErrors.session_has_purchase_order({
    sessionId,
    purchaseOrder: last.code,
    status: last.status,
  })
}
