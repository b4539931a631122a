import { sql } from 'kysely'
import { idOrCode, insertRows, lockRows, newId, requireStaff, type Work } from '../kernel/index.ts'
import { officeErrors } from './errors.ts'
import { getPickup } from './read-pickups.ts'
import type { PickupView } from './views.ts'

export interface NewPickup {
  /** The UUID or code of the purchase order. */
  purchaseOrder: string
  /** The date of the pickup in Jakarta: 2026-11-25. */
  scheduledFor: string
}

interface Order {
  id: string
  code: string
  status: string
  factoryId: string
  officeId: string | null
}

/**
 * Schedules a pickup: an office fetches from its factory the pieces that a purchase order still lacks. The
 * pickup lists every item of the purchase order that lacks pieces.
 * @throws office.purchase_order_not_found, nothing_to_pick_up, factory_without_office,
 * pickup_scheduled_already, kernel.forbidden
 */
export async function schedulePickup(work: Work, input: NewPickup): Promise<PickupView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const {
    id: purchaseOrderId,
    code,
    status,
    factoryId,
    officeId,
  } = await orderNamed(work, input.purchaseOrder)
  const items = await lacking(work, purchaseOrderId)
  const mayCome = status === 'sent' || status === 'confirmed' || status === 'partially_received'
  if (!mayCome || items.length === 0) throw officeErrors.nothing_to_pick_up({ purchaseOrder: code, status })
  if (officeId === null) throw officeErrors.factory_without_office({ factoryId })
  const { scheduledFor } = input
  const row = {
    id: newId(),
    officeId,
    factoryId,
    purchaseOrderId,
    status: 'scheduled',
    scheduledFor,
    createdAt: work.now,
  }
  const made = await insertRows(work.tx, 'pickupTasks', [row], { onConflictDoNothing: true, returning: 'id' })
  const [pickupId] = made
  if (pickupId === undefined) throw officeErrors.pickup_scheduled_already({ purchaseOrder: code })
  await insertRows(
    work.tx,
    'pickupItems',
    items.map((item) => ({ pickupId, ...item })),
  )
  work.emit({
    type: 'pickup.scheduled',
    aggregate: ['pickup', pickupId],
    payload: { pickupId, officeId, purchaseOrderId, scheduledFor },
  })
  const pickup = await getPickup(work, pickupId)
  work.audit({ command: 'offices pickups schedule', subject: ['pickup', pickupId], after: pickup })
  return pickup
}

async function orderNamed(work: Work, named: string): Promise<Order> {
  const key = idOrCode(named)
  const which = 'id' in key ? sql`o.id = ${key.id}::uuid` : sql`o.code = ${key.code}`
  const id = sql`select o.id from warehouse_purchase_orders o where ${which}`
  await lockRows(work.tx, { purchaseOrder: { id } }, { share: true })
  const { rows } = await sql<Order>`
    select o.id, o.code, o.status, o.factory_id, w.office_id
    from warehouse_purchase_orders o
    left join (office_factories w join agent_offices a on a.id = w.office_id and a.status = 'active') on w.factory_id = o.factory_id
    where ${which}`.execute(work.tx)
  const order = rows[0]
  if (!order) throw officeErrors.purchase_order_not_found({ purchaseOrder: named })
  return order
}

async function lacking(
  work: Work,
  purchaseOrderId: string,
): Promise<{ variantId: string; expected: number }[]> {
  const { rows } = await sql<{ variantId: string; expected: number }>`
    select variant_id, quantity - received as expected from purchase_order_items
    where purchase_order_id = ${purchaseOrderId} and quantity > received order by variant_id`.execute(work.tx)
  return rows
}
