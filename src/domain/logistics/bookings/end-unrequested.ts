import { sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'
import { liveShipment } from '../read.ts'
import type { ShipmentView } from '../views.ts'
import { recordCancelled } from './record-cancelled.ts'

/**
 * Ends an order's pending parcel if laku has not asked a courier to carry it yet. If laku has asked, a
 * courier may be booked. Then the parcel stays as it is, and is returned. The caller has locked the order's
 * row.
 */
export async function endUnrequestedParcel(work: Work, orderId: string): Promise<ShipmentView | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from shipments where order_id = ${orderId}::uuid and status = 'pending' and attempts = 0
    for no key update`.execute(work.tx)
  for (const { id } of rows) {
    await recordCancelled(work, id, { from: 'pending', to: 'cancelled', providerStatus: null })
  }
  return await liveShipment(work.tx, orderId)
}
