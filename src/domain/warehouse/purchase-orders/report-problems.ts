import { sql } from 'kysely'
import type { EventOf, Work } from '../../kernel/index.ts'
import { incomingPurchaseOrderStates } from '../transitions.ts'
import { purchaseOrderOfMessage } from './send.ts'

/**
 * These sessions no longer need the goods that were ordered for them. Raises an attention item for each of
 * their purchase orders that is on the way. Staff may cancel the purchase order, or keep the goods as stock.
 */
export async function reportUnneededOrders(work: Work, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return
  const { rows } = await sql<{ id: string; code: string; status: string }>`
    select id, code, status from warehouse_purchase_orders
    where session_id = any(${[...sessionIds]}::uuid[]) and status = any(${[...incomingPurchaseOrderStates]}) order by id`.execute(
    work.tx,
  )
  for (const { id, code, status } of rows) {
    work.requestAttention({
      kind: 'purchase_order_unneeded',
      subject: ['purchase_order', id],
      message: `${code} is on the way, but its session does not need the goods any more. Tell the factory, then cancel or close the purchase order.`,
      command: `laku purchase-orders ${status === 'partially_received' ? 'close' : 'cancel'} ${code}`,
    })
  }
}

/**
 * Reaction to whatsapp.failed: raises an attention item if the message with a purchase order did not reach
 * the factory. Staff call the factory, or send the message again.
 */
export async function reportUnreachedFactories(
  work: Work,
  events: EventOf<'whatsapp.failed'>[],
): Promise<void> {
  const failed = events.flatMap(({ payload: { dedupeKey, failureCode } }) => {
    const id = purchaseOrderOfMessage(dedupeKey)
    return id ? [{ id, failureCode }] : []
  })
  if (failed.length === 0) return
  const codes = new Map(failed.map((failure) => [failure.id, failure.failureCode]))
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from warehouse_purchase_orders
    where id = any(${[...codes.keys()]}::uuid[]) and status = 'sent' order by id`.execute(work.tx)
  for (const { id, code } of rows) {
    work.requestAttention({
      kind: 'purchase_order_not_told',
      subject: ['purchase_order', id],
      message: `The WhatsApp message with ${code} did not reach the factory (${codes.get(id)}). Send it again, or call the factory.`,
      command: `laku purchase-orders send ${code}`,
      details: { otherwise: `laku purchase-orders confirm ${code}` },
    })
  }
}
