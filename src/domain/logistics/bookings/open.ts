import { sql } from 'kysely'
import {
  asRecords,
  inSql,
  newCode,
  newId,
  type Rupiah,
  readInstallationId,
  referenceOf,
  type Work,
} from '../../kernel/index.ts'
import { cancelledShipmentStates, undeliveredShipmentStates } from '../transitions.ts'

/** A new parcel for a paid order whose goods are reserved. The caller has locked the order. */
export interface NewParcel {
  orderId: string
  orderCode: string
  userId: string
  courierCompany: string
  courierType: string
  /**
   * The part of the parcel's reference that names the order. For an order of a session, this part is the code
   * of the payment. After a database restore, the order may be created again under another code, but the
   * payment keeps its code. For any other order, this part is the order's code.
   */
  name: string
  /** The number of the parcel within its order: 1, 2 … */
  number: number
  /**
   * The shipping fee that the buyer paid for this parcel; 0 if an earlier parcel of the order has used the
   * fee.
   */
  feeIdr: Rupiah
  /** True if the order's shipping fee is an estimate that was not replaced by a courier's price yet. */
  feeEstimated: boolean
}

/**
 * Creates these parcels as pending. An order that has a parcel under way gets no new parcel. The reference of
 * each parcel at the courier is derived from its order. So if laku asks the courier again, even from a
 * restored database, the courier returns the existing booking. A parcel may end before laku knows whether a
 * courier was booked. Then the order's next parcel gets the same reference. If a booking exists, the courier
 * returns it, so no second courier is booked.
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
  await sql`
    update shipments set reference = reference || ':' || id
    where reference = any(${rows.map((row) => row.reference)}) and status in ${inSql(cancelledShipmentStates)}
      and provider_order_id is null`.execute(work.tx)
  const { rows: opened } = await sql<{ id: string; orderId: string }>`
    insert into shipments (id, code, reference, order_id, order_code, user_id, status, courier_company, courier_type, fee_idr,
      fee_estimated, attempts, next_attempt_at, created_at, updated_at)
    select id, code, reference, order_id, order_code, user_id, status, courier_company, courier_type, fee_idr,
      fee_estimated, attempts, next_attempt_at, created_at, updated_at
    from jsonb_populate_recordset(null::shipments, ${asRecords(rows)}::jsonb)
    on conflict (order_id) where status not in ${inSql(undeliveredShipmentStates)} do nothing
    returning id, order_id`.execute(work.tx)
  for (const { id, orderId } of opened) {
    work.emit({ type: 'shipment.created', aggregate: ['shipment', id], payload: { shipmentId: id, orderId } })
  }
}
