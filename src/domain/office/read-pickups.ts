import { type RawBuilder, sql } from 'kysely'
import { pageOf, requireStaff, type Work } from '../kernel/index.ts'
import { ownOffice } from '../territory/index.ts'
import { officeErrors } from './errors.ts'
import type { PickupStatus } from './transitions.ts'
import type { PickupView } from './views.ts'

async function pickupViews(work: Work, where: RawBuilder<unknown>, limit: number): Promise<PickupView[]> {
  requireStaff(work.actor, 'support', 'warehouse', 'finance', 'agent', 'service')
  const own = await ownOffice(work)
  const mine = own === undefined ? sql`true` : sql`k.office_id = ${own}::uuid`
  const { rows } = await sql<PickupView>`
    select k.id, jsonb_build_object('id', o.id, 'name', o.name) as office,
      jsonb_build_object('id', f.id, 'name', f.name) as factory,
      jsonb_build_object('id', p.id, 'code', p.code) as purchase_order, k.status, k.status_reason,
      k.scheduled_for::text as scheduled_for, k.photo_url, k.signed_by, k.signature_url, (
        select jsonb_agg(jsonb_build_object('variantId', i.variant_id, 'sku', v.sku, 'expected', i.expected, 'counted', i.counted)
          order by v.sku)
        from pickup_items i join product_variants v on v.id = i.variant_id where i.pickup_id = k.id
      ) as items,
      k.created_at, k.started_at, k.ended_at
    from pickup_tasks k join agent_offices o on o.id = k.office_id join factories f on f.id = k.factory_id
    join warehouse_purchase_orders p on p.id = k.purchase_order_id
    where ${where} and ${mine} order by k.id desc limit ${limit}`.execute(work.tx)
  return rows
}

/**
 * Returns one pickup: an agent sees those of their own office, other staff see all.
 * @throws office.pickup_not_found, kernel.forbidden
 */
export async function getPickup(work: Work, id: string): Promise<PickupView> {
  const [pickup] = await pickupViews(work, sql`k.id = ${id}::uuid`, 1)
  if (!pickup) throw officeErrors.pickup_not_found({ pickupId: id })
  return pickup
}

/**
 * Lists pickups, newest first, a keyset page at a time: an agent sees those of their own office, other staff
 * see all.
 * @throws kernel.forbidden
 */
export async function listPickups(
  work: Work,
  filter: {
    status?: PickupStatus | undefined
    officeId?: string | undefined
    limit: number
    cursor?: string | undefined
  },
): Promise<{ data: PickupView[]; nextCursor: string | null }> {
  const conditions = [
    filter.status ? sql`k.status = ${filter.status}` : sql`true`,
    filter.officeId ? sql`k.office_id = ${filter.officeId}::uuid` : sql`true`,
    filter.cursor ? sql`k.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const rows = await pickupViews(work, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}
