import { sql } from 'kysely'
import { pageOf, type Rupiah, requireStaff, type Work } from '../kernel/index.ts'
import type { CourierChoice } from './rates/rate.ts'
import type { ShipmentStatus } from './transitions.ts'

export interface ShipmentRow {
  id: string
  code: string
  orderId: string
  orderCode: string
  status: ShipmentStatus
  courier: CourierChoice
  waybill: string | null
  /** The id of the parcel's order at the courier aggregator. */
  providerOrderId: string | null
  /**
   * The shipping fee that the buyer was charged for the parcel. In contrast, `priceIdr` is the price that the
   * courier took.
   */
  feeIdr: Rupiah
  priceIdr: Rupiah | null
  /** The reason why the parcel could not be booked; null if there is none. */
  failureCode: string | null
  attempts: number
  createdAt: Date
  updatedAt: Date
}

export interface ShipmentFilter {
  status?: ShipmentStatus | undefined
  orderId?: string | undefined
  limit: number
  cursor?: string | undefined
}

/**
 * Lists shipments, newest first, a keyset page at a time.
 * @throws kernel.forbidden
 */
export async function listShipments(
  work: Work,
  filter: ShipmentFilter,
): Promise<{ data: ShipmentRow[]; nextCursor: string | null }> {
  requireStaff(work.actor, 'support', 'warehouse', 'finance', 'agent', 'service')
  const conditions = [
    filter.status ? sql`s.status = ${filter.status}` : sql`true`,
    filter.orderId ? sql`s.order_id = ${filter.orderId}::uuid` : sql`true`,
    filter.cursor ? sql`s.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const { rows } = await sql<ShipmentRow>`
    select s.id, s.code, s.order_id, s.order_code, s.status,
      jsonb_build_object('company', s.courier_company, 'type', s.courier_type) as courier, s.waybill, s.provider_order_id, s.fee_idr, s.price_idr,
      s.failure_code, s.attempts, s.created_at, s.updated_at
    from shipments s
    where ${sql.join(conditions, sql` and `)} order by s.id desc limit ${filter.limit + 1}`.execute(work.tx)
  return pageOf(rows, filter.limit, (row) => row.id)
}
