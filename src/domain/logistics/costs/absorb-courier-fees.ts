import { sql } from 'kysely'
import type { EventOf, Rupiah, Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'

/**
 * Reaction to order.cancelled: posts the shipping fee of a parcel that travelled and came back as the
 * company's own cost. Its courier keeps the price, yet the buyer is refunded the fee.
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
      // The subject of this posting is of the kind `shipment_fee`, not `shipment`. Otherwise this posting
      // would count as one of the parcel's own postings, and those must take exactly the parcel's fee out of
      // the account `shipping`.
      subject: ['shipment_fee', id],
      entries: [debit('subsidy', feeIdr), credit('shipping', feeIdr)],
    })),
  )
}
