import { sql } from 'kysely'
import { asRecords, type Work } from '../../kernel/index.ts'
import { moveConfirmed } from './confirm.ts'
import { lockPurchaseOrder } from './lock.ts'

/** The pieces of a purchase order that an agent counted at the factory at one pickup. */
export interface PickupCount {
  purchaseOrderId: string
  lines: { variantId: string; expected: number; counted: number }[]
}

/**
 * Reaction to pickup.completed (an agent picked up goods at a factory): marks the purchase order as shipped,
 * and records the pieces counted by variant. If the agent counted too few pieces, an attention item is
 * raised.
 */
export async function applyPickups(work: Work, events: readonly { payload: PickupCount }[]): Promise<void> {
  const updates = events.map((event) => event.payload)
  for (const { purchaseOrderId, lines } of updates.toSorted((a, b) =>
    a.purchaseOrderId < b.purchaseOrderId ? -1 : 1,
  )) {
    const order = await lockPurchaseOrder(work.tx, purchaseOrderId)
    await sql`
      update purchase_order_items i set picked_up = coalesce(i.picked_up, i.received) + l.counted
      from jsonb_to_recordset(${asRecords(lines)}::jsonb) as l(variant_id uuid, counted integer)
      where i.purchase_order_id = ${order.id} and i.variant_id = l.variant_id`.execute(work.tx)
    if (lines.some((line) => line.counted > 0)) await moveConfirmed(work, order, 'shipped')
    const short = lines.filter((line) => line.counted < line.expected)
    if (short.length === 0) continue
    const missing = short.reduce((sum, line) => sum + line.expected - line.counted, 0)
    work.requestAttention({
      kind: 'pickup_short',
      subject: ['purchase_order', order.id],
      message: `The agent counted ${missing} pieces too few for ${order.code}. Ask the factory for them, or close the purchase order.`,
      command: `laku purchase-orders show ${order.code}`,
      details: { code: order.code, short },
    })
  }
}
