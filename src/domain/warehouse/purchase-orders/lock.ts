import { sql } from 'kysely'
import { idOrCode, type Tx } from '../../kernel/index.ts'
import { warehouseErrors } from '../errors.ts'
import type { PurchaseOrderStatus } from '../transitions.ts'

export interface LockedPurchaseOrder {
  id: string
  code: string
  status: PurchaseOrderStatus
  factoryId: string
  sessionId: string | null
}

/**
 * Locks one purchase order, by its id or code, and returns its data as read under the lock. Purchase orders
 * are locked after sessions and orders, and before stock.
 * @throws warehouse.purchase_order_not_found
 */
export async function lockPurchaseOrder(tx: Tx, named: string): Promise<LockedPurchaseOrder> {
  const key = idOrCode(named)
  const { rows } = await sql<LockedPurchaseOrder>`
    select id, code, status, factory_id, session_id from warehouse_purchase_orders
    where ${'id' in key ? sql`id = ${key.id}` : sql`code = ${key.code}`} for no key update`.execute(tx)
  const [found] = rows
  if (!found) throw warehouseErrors.purchase_order_not_found({ purchaseOrder: named })
  return found
}

/** Returns the fields that identify the purchase order in an event. */
export function subjectOf({ id, code, sessionId }: LockedPurchaseOrder) {
  return { purchaseOrderId: id, code, sessionId }
}
