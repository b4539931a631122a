import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'

/**
 * Tells of parcels whose courier has said its price now, where the fee of their order is still an estimate.
 */
export async function emitPriced(work: Work, shipmentIds: readonly string[]): Promise<void> {
  if (shipmentIds.length === 0) return
  const { rows } = await sql<{ shipmentId: string; orderId: string }>`
    select s.id as shipment_id, o.id as order_id from shipments s join orders o on o.id = s.order_id
    where s.id = any(${[...shipmentIds]}::uuid[]) and o.fee_estimated and o.fee_trued_at is null order by s.id`.execute(
    work.tx,
  )
  for (const payload of rows)
    work.emit({ type: 'shipment.priced', aggregate: ['shipment', payload.shipmentId], payload })
}
