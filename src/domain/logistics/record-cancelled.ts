import { sql } from 'kysely'
import { insertRows, newId, type Rupiah, type Work } from '../kernel/index.ts'
import { post } from '../ledger/index.ts'
import { lockOrderOf } from './lock-parcels.ts'
import { calledOffPosting } from './shipping-money.ts'
import type { ShipmentStatus } from './transitions.ts'

interface Cancelled {
  id: string
  orderId: string
  waybill: string | null
  trackingUrl: string | null
  priceIdr: Rupiah | null
}

/**
 * Ends a parcel that its courier called off, or that was called off there: from `from` only, so that a second telling changes
 * nothing. What its booking took from the deposit comes back. Returns whether it ended now.
 */
export async function recordCancelled(
  work: Work,
  shipmentId: string,
  {
    from,
    to,
    providerStatus,
  }: { from: ShipmentStatus; to: 'cancelled' | 'not_found'; providerStatus: string | null },
): Promise<boolean> {
  await lockOrderOf(work, shipmentId)
  const { rows } = await sql<Cancelled>`
    update shipments set status = ${to}, next_attempt_at = null, track_at = null, version = version + 1,
      updated_at = ${work.now}
    where id = ${shipmentId} and status = ${from}
    returning id, order_id, waybill, tracking_url, price_idr`.execute(work.tx)
  const [shipment] = rows
  if (!shipment) return false
  const times = { happenedAt: work.now, recordedAt: work.now }
  await insertRows(work.tx, 'shipmentEvents', [
    { id: newId(), shipmentId, status: to, providerStatus, ...times },
  ])
  await post(work, calledOffPosting(shipmentId, shipment.priceIdr ?? 0))
  const { orderId, waybill, trackingUrl } = shipment
  const payload = { shipmentId, orderId, from, to, waybill, trackingUrl, failureCode: null }
  work.emit({ type: 'shipment.status_changed', aggregate: ['shipment', shipmentId], payload })
  return true
}
