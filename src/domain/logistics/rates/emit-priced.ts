import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'

/**
 * Emits shipment.priced for parcels whose courier has named its price. It leaves out a parcel whose shipping
 * fee is not an estimate.
 */
export async function emitPriced(work: Work, shipmentIds: readonly string[]): Promise<void> {
  if (shipmentIds.length === 0) return
  const { rows } = await sql<{ shipmentId: string; orderId: string }>`
    select id as shipment_id, order_id from shipments
    where id = any(${[...shipmentIds]}::uuid[]) and fee_estimated order by id`.execute(work.tx)
  for (const payload of rows)
    work.emit({ type: 'shipment.priced', aggregate: ['shipment', payload.shipmentId], payload })
}
