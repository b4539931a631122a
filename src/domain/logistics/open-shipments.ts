import { sql } from 'kysely'
import { asRecords, newCode, newId, type Rupiah, type Work } from '../kernel/index.ts'
import type { CourierChoice } from './rate.ts'

interface BookableOrder {
  id: string
  courierCompany: string
  courierType: string
  /** The buyer's fee; 0 where an earlier parcel of the order took it. */
  feeIdr: Rupiah
}

/** The orders that are booked by themselves. */
const BOOKABLE = ['paid', 'processing']

/**
 * Opens a pending shipment for each of these orders that is paid, has its stock, and has no live shipment; the others are
 * left alone. The order stays locked, so that it is not cancelled meanwhile. Staff may book one that is on hold, and
 * with another courier than the buyer chose.
 */
export async function openShipments(
  work: Work,
  orderIds: readonly string[],
  options: { courier?: CourierChoice | undefined; held?: boolean } = {},
): Promise<void> {
  const { courier, held } = options
  const statuses = held ? [...BOOKABLE, 'on_hold'] : BOOKABLE
  const { rows: orders } = await sql<BookableOrder>`
    select id, courier_company, courier_type, case
        when exists (select from shipments s where s.order_id = o.id and s.margin_idr is not null) then 0
        else shipping_idr end as fee_idr
    from orders o
    where id = any(${[...orderIds]}::uuid[]) and status = any(${statuses}) and allocated
    order by id for no key update`.execute(work.tx)
  if (orders.length === 0) return
  const rows = orders.map((order) => ({
    id: newId(),
    code: newCode('SHP', work.now),
    orderId: order.id,
    status: 'pending',
    courierCompany: courier?.company ?? order.courierCompany,
    courierType: courier?.type ?? order.courierType,
    feeIdr: order.feeIdr,
    attempts: 0,
    nextAttemptAt: work.now,
    createdAt: work.now,
    updatedAt: work.now,
  }))
  const { rows: opened } = await sql<{ id: string; orderId: string }>`
    insert into shipments (id, code, order_id, status, courier_company, courier_type, fee_idr, attempts, next_attempt_at,
      created_at, updated_at)
    select id, code, order_id, status, courier_company, courier_type, fee_idr, attempts, next_attempt_at, created_at, updated_at
    from jsonb_populate_recordset(null::shipments, ${asRecords(rows)}::jsonb)
    on conflict (order_id) where status not in ('cancelled', 'not_found', 'returned', 'lost') do nothing
    returning id, order_id`.execute(work.tx)
  for (const { id, orderId } of opened) {
    work.emit({ type: 'shipment.created', aggregate: ['shipment', id], payload: { shipmentId: id, orderId } })
  }
}
