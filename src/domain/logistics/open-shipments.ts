import { sql } from 'kysely'
import { asRecords, newCode, newId, type Rupiah, type Work } from '../kernel/index.ts'
import type { CourierChoice } from './rate.ts'

interface BookableOrder {
  id: string
  courierCompany: string
  courierType: string
  shippingIdr: Rupiah
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
    select id, courier_company, courier_type, shipping_idr from orders
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
    feeIdr: order.shippingIdr,
    attempts: 0,
    nextAttemptAt: work.now,
    createdAt: work.now,
    updatedAt: work.now,
  }))
  const { rows: opened } = await sql<{ id: string; orderId: string }>`
    insert into shipments select * from jsonb_populate_recordset(null::shipments, ${asRecords(rows)}::jsonb)
    on conflict (order_id) where status not in ('cancelled', 'not_found', 'returned', 'lost') do nothing
    returning id, order_id`.execute(work.tx)
  for (const { id, orderId } of opened) {
    work.emit({ type: 'shipment.created', aggregate: ['shipment', id], payload: { shipmentId: id, orderId } })
  }
}
