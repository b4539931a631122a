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

/** A new parcel for a paid order that has its stock; the caller has locked the order. */
export interface NewParcel {
  orderId: string
  orderCode: string
  userId: string
  courierCompany: string
  courierType: string
  /**
   * The name in the parcel's reference: the order's code, or, for a session's order, the code of its payment.
   * The payment exists before its order, and a restored database makes the order under another code.
   */
  name: string
  /** The number of the parcel within its order: 1, 2 … */
  number: number
  /** The shipping fee that the buyer paid; 0 if an earlier parcel of the order took the fee. */
  feeIdr: Rupiah
  /** True if the order's shipping fee is an estimate that no courier's price has corrected yet. */
  feeEstimated: boolean
}

/**
 * Opens these parcels as pending; an order that has a live parcel gets no new one. The courier knows each
 * parcel by a reference that follows from its order. If a courier is asked again under the reference, even by
 * a restored database, it returns the existing parcel.
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
