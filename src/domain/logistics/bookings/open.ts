import { type RawBuilder, sql } from 'kysely'
import {
  asRecords,
  newCode,
  newId,
  type Rupiah,
  readInstallationId,
  referenceOf,
  type Work,
} from '../../kernel/index.ts'
import type { CourierChoice } from '../rates/rate.ts'

interface BookableOrder {
  id: string
  courierCompany: string
  courierType: string
  /**
   * Its code, or of an order of a session its payment's: that is there before the order is made, and a
   * database that was restored makes the order under another code.
   */
  name: string
  /** Which parcel of the order it is: 1, 2 … */
  number: number
  /** The buyer's fee; 0 where an earlier parcel of the order took it. */
  feeIdr: Rupiah
}

/**
 * Something of what was paid for order `o` is the shop's still; a restore may have lost that all of it went
 * back.
 */
export const isPaidFor: RawBuilder<boolean> = sql<boolean>`exists (
  select from payments p where (p.order_id = o.id or p.participant_id = o.participant_id)
    and p.status in ('paid', 'partially_refunded') and p.returned_idr < p.amount_idr)`

/** The orders that are booked by themselves. */
const BOOKABLE = ['paid', 'processing']

/**
 * Opens a pending shipment for each of these orders that is paid, has its stock, and has no live shipment;
 * the others are left alone. The order stays locked, so that it is not cancelled meanwhile. Staff may book
 * one that is on hold, and with another courier than the buyer chose. The courier knows each by a reference
 * that follows from its order: asked again under it, also by a database that was restored, it answers the
 * parcel that there is.
 */
export async function openShipments(
  work: Work,
  orderIds: readonly string[],
  options: { courier?: CourierChoice | undefined; held?: boolean } = {},
): Promise<void> {
  const { courier, held } = options
  const statuses = held ? [...BOOKABLE, 'on_hold'] : BOOKABLE
  const { rows: orders } = await sql<BookableOrder>`
    select id, courier_company, courier_type,
      coalesce((select p.code from payments p where p.participant_id = o.participant_id order by p.id limit 1), o.code) as name,
      (select count(*) + 1 from shipments s where s.order_id = o.id)::int as number, case
        when exists (select from shipments s where s.order_id = o.id and s.margin_idr is not null) then 0
        else shipping_idr end as fee_idr
    from orders o
    where id = any(${[...orderIds]}::uuid[]) and status = any(${statuses}) and allocated and ${isPaidFor}
    order by id for no key update`.execute(work.tx)
  if (orders.length === 0) return
  const installation = await readInstallationId(work.tx)
  const rows = orders.map((order) => ({
    id: newId(),
    code: newCode('SHP', work.now),
    reference: referenceOf(installation, `${order.name}-${order.number}`),
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
    insert into shipments (id, code, reference, order_id, status, courier_company, courier_type, fee_idr, attempts, next_attempt_at,
      created_at, updated_at)
    select id, code, reference, order_id, status, courier_company, courier_type, fee_idr, attempts, next_attempt_at, created_at, updated_at
    from jsonb_populate_recordset(null::shipments, ${asRecords(rows)}::jsonb)
    on conflict (order_id) where status not in ('cancelled', 'not_found', 'returned', 'lost') do nothing
    returning id, order_id`.execute(work.tx)
  for (const { id, orderId } of opened) {
    work.emit({ type: 'shipment.created', aggregate: ['shipment', id], payload: { shipmentId: id, orderId } })
  }
}
