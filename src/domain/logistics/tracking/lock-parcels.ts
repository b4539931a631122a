import { type RawBuilder, sql } from 'kysely'
import { lockRows, type Rupiah, type Work } from '../../kernel/index.ts'
import type { CourierPrice } from '../costs/courier-price-by-hand.ts'
import type { TrackedParcel } from './apply-history.ts'

/** A parcel that a courier has booked, locked together with its order. */
export interface LockedParcel extends TrackedParcel {
  id: string
  code: string
  orderId: string
  providerOrderId: string | null
  waybill: string | null
  trackingUrl: string | null
  feeIdr: Rupiah
  priceIdr: Rupiah | null
  marginIdr: Rupiah | null
  corrections: number
  /** A person's statement whether the courier keeps the parcel's price; null if nobody said so. */
  courierPrice: CourierPrice | null
  version: number
}

type Row = Omit<LockedParcel, 'events'> & { events: { status: LockedParcel['status']; happenedAt: string }[] }

/**
 * Locks the order of a parcel, and must be called before the parcel is changed. All code locks the order
 * before its parcels. In the opposite sequence, this transaction and one that creates a parcel for the order
 * could block each other (deadlock).
 */
export async function lockOrderOf(work: Work, shipmentId: string): Promise<void> {
  await lockRows(work.tx, { order: { id: sql`select order_id from shipments where id = ${shipmentId}` } })
}

/**
 * Locks the parcels for which the condition `where` is true, after their orders, and reads them. The
 * condition refers to the parcel's row as `s`.
 */
export async function lockParcels(work: Work, where: RawBuilder<unknown>): Promise<LockedParcel[]> {
  await lockRows(work.tx, { order: { id: sql`select s.order_id from shipments s where ${where}` } })
  const { rows } = await sql<Row>`
    select s.id, s.code, s.order_id, s.status, s.provider_order_id, s.waybill, s.tracking_url, s.fee_idr, s.price_idr, s.margin_idr,
      s.corrections, s.courier_price, s.version, coalesce(s.booked_at, s.created_at) as booked_at, s.tracked_until, s.moved_by_hand_at, (
        select coalesce(jsonb_agg(jsonb_build_object('status', e.status, 'happenedAt', e.happened_at)), '[]')
        from shipment_events e where e.shipment_id = s.id
      ) as events
    from shipments s where ${where} order by s.id for no key update`.execute(work.tx)
  return rows.map(({ events, ...row }) => ({
    ...row,
    events: events.map(({ status, happenedAt }) => ({ status, happenedAt: new Date(happenedAt) })),
  }))
}
