import { sql } from 'kysely'
import type { EventOf, Rupiah, Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'

/**
 * Reaction to order.cancelled: if a parcel of the order travelled and came back, its courier keeps the
 * shipping fee, yet the buyer is refunded the fee. The company bears this cost (shipping fee refunded,
 * courier booked).
 */
export async function absorbCourierFees(work: Work, events: EventOf<'order.cancelled'>[]): Promise<void> {
  const orderIds = events.map((event) => event.payload.orderId)
  const { rows } = await sql<{ id: string; feeIdr: Rupiah }>`
    select id, fee_idr from shipments
    where order_id = any(${orderIds}::uuid[]) and margin_idr is not null and fee_idr > 0 order by id`.execute(
    work.tx,
  )
  await post(
    work,
    rows.map(({ id, feeIdr }) => ({
      key: `shipment:${id}:fee-borne`,
      kind: 'shipping_fee_borne',
      // The subject is not the parcel itself, so that the amount which the parcel took out of the account
      // `shipping` remains its fee.
      subject: ['shipment_fee', id],
      entries: [debit('subsidy', feeIdr), credit('shipping', feeIdr)],
    })),
  )
}
