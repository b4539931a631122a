import { sql } from 'kysely'
import { insertRows, moveState, newId, type Rupiah, type Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { cancellationPosting } from '../costs/courier-bill.ts'
import { lockOrderOf } from '../tracking/lock-parcels.ts'
import { type ShipmentStatus, shipmentMachine } from '../transitions.ts'

interface Cancelled {
  id: string
  orderId: string
  waybill: string | null
  trackingUrl: string | null
  priceIdr: Rupiah | null
}

/**
 * Records that the courier or laku has cancelled a parcel, and returns the booking's price to the courier
 * deposit. The parcel must have the status `from`, so that a second report of the cancellation changes
 * nothing. Returns whether this call ended the parcel.
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
  const [shipment] = await moveState(work, shipmentMachine, {
    to,
    from,
    ids: [shipmentId],
    set: { nextAttemptAt: null, trackAt: null, version: sql`t.version + 1`, updatedAt: work.now },
    returning: sql<Cancelled>`t.id, t.order_id, t.waybill, t.tracking_url, t.price_idr`,
  })
  if (!shipment) return false
  const times = { happenedAt: work.now, recordedAt: work.now }
  await insertRows(work.tx, 'shipmentEvents', [
    { id: newId(), shipmentId, status: to, providerStatus, ...times },
  ])
  await post(work, cancellationPosting(shipmentId, shipment.priceIdr ?? 0))
  const { orderId, waybill, trackingUrl } = shipment
  const payload = { shipmentId, orderId, from, to, waybill, trackingUrl, failureCode: null }
  work.emit({ type: 'shipment.status_changed', aggregate: ['shipment', shipmentId], payload })
  return true
}
