import { sql } from 'kysely'
import {
  asRecords,
  newCode,
  newId,
  type Rupiah,
  readInstallationId,
  referenceOf,
  type Work,
} from '../../kernel/index.ts'

/** A parcel of a paid order that has its stock; the order is locked. */
export interface NewParcel {
  orderId: string
  orderCode: string
  userId: string
  courierCompany: string
  courierType: string
  /**
   * The order's code, or for a session's order the code of its payment. The payment exists before its order,
   * and a restored database makes the order under another code.
   */
  name: string
  /** Which parcel of the order it is: 1, 2 … */
  number: number
  /** The buyer's fee; 0 where an earlier parcel of the order took it. */
  feeIdr: Rupiah
  /** The order's fee is an estimate that no price has corrected yet. */
  feeEstimated: boolean
}

/**
 * Opens these parcels, pending; none for an order that has a live one. The courier knows each by a reference
 * that follows from its order: asked again under it, also by a database that was restored, it answers the
 * parcel that there is.
 */
export async function openParcels(work: Work, parcels: readonly NewParcel[]): Promise<void> {
  if (parcels.length === 0) return
  const installation = await readInstallationId(work.tx)
  const rows = parcels.map(({ name, number, ...parcel }) => ({
    id: newId(),
    code: newCode('SHP', work.now),
    reference: referenceOf(installation, `${name}-${number}`),
    ...parcel,
    status: 'pending',
    attempts: 0,
    nextAttemptAt: work.now,
    createdAt: work.now,
    updatedAt: work.now,
  }))
  const { rows: opened } = await sql<{ id: string; orderId: string }>`
    insert into shipments (id, code, reference, order_id, order_code, user_id, status, courier_company, courier_type, fee_idr,
      fee_estimated, attempts, next_attempt_at, created_at, updated_at)
    select id, code, reference, order_id, order_code, user_id, status, courier_company, courier_type, fee_idr,
      fee_estimated, attempts, next_attempt_at, created_at, updated_at
    from jsonb_populate_recordset(null::shipments, ${asRecords(rows)}::jsonb)
    on conflict (order_id) where status not in ('cancelled', 'not_found', 'returned', 'lost') do nothing
    returning id, order_id`.execute(work.tx)
  for (const { id, orderId } of opened) {
    work.emit({ type: 'shipment.created', aggregate: ['shipment', id], payload: { shipmentId: id, orderId } })
  }
}
