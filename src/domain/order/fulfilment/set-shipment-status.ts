import { sql } from 'kysely'
import type { Rupiah, Work } from '../../kernel/index.ts'
import { moveParcelByHand, type ParcelMoveByHand, type ShipmentView } from '../../logistics/index.ts'
import { takeLimit } from '../../ops/index.ts'

/**
 * Sets the status of a parcel by hand, if its courier does not report it. The status of the parcel's order
 * changes accordingly.
 * @throws logistics.shipment_not_found, kernel.illegal_transition, second_person_needed, forbidden
 */
export async function setShipmentStatus(work: Work, input: ParcelMoveByHand): Promise<ShipmentView> {
  return await moveParcelByHand(work, input, (orderId) => takeLost(work, orderId))
}

/**
 * Counts a lost parcel's refund towards the limits of the person who sets the parcel to lost. The company
 * refunds its buyer in full, as for an order that staff set to failed.
 */
async function takeLost(work: Work, orderId: string): Promise<void> {
  const { rows } = await sql<{ userId: string; totalIdr: Rupiah }>`
    select user_id, total_idr from orders where id = ${orderId}`.execute(work.tx)
  for (const { userId, totalIdr: amountIdr } of rows) {
    const subject = ['order', orderId] as const
    await takeLimit(work, { kind: 'order_failed', subject, receiver: `user:${userId}`, amountIdr })
  }
}
