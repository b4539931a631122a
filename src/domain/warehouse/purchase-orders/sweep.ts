import { type RawBuilder, sql } from 'kysely'
import type { Work } from '../../kernel/index.ts'

// The maximum number of purchase orders that one run processes. The next run processes the others.
const BATCH_SIZE = 200

/**
 * Tells whether any purchase order was not answered by its factory in time and has no attention item about
 * this yet.
 */
export function purchaseOrdersDue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`exists (select from warehouse_purchase_orders where answer_due_at <= ${now})`
}

/**
 * Raises an attention item, once, for each purchase order that its factory has not answered in time. Returns
 * how many.
 */
export async function sweepPurchaseOrders(work: Work): Promise<number> {
  const { rows } = await sql<{ id: string; code: string; factory: string }>`
    with late as (
      select id from warehouse_purchase_orders where answer_due_at <= ${work.now}
      order by answer_due_at limit ${BATCH_SIZE} for no key update skip locked
    )
    update warehouse_purchase_orders o set answer_due_at = null, updated_at = ${work.now}
    from late, factories f where o.id = late.id and f.id = o.factory_id
    returning o.id, o.code, f.name as factory`.execute(work.tx)
  const hours = work.policy.purchaseOrderAnswerHours
  for (const { id, code, factory } of rows) {
    work.requestAttention({
      kind: 'purchase_order_unanswered',
      subject: ['purchase_order', id],
      message: `${factory} has not answered ${code} for ${hours} hours. Call the factory, then confirm or cancel the purchase order.`,
      command: `laku purchase-orders confirm ${code}`,
      details: { otherwise: `laku purchase-orders cancel ${code}` },
    })
  }
  return rows.length
}
