import { sql } from 'kysely'
import { type EventOf, inSql, type Work } from '../../kernel/index.ts'
import { fillShortages } from '../../warehouse/index.ts'
import { fulfilmentStates } from '../transitions.ts'

/**
 * Reaction to purchase_order.received: reserves the received stock for the session it was ordered for, then
 * for other sessions.
 */
export async function allocateReceived(
  work: Work,
  events: EventOf<'purchase_order.received'>[],
): Promise<void> {
  for (const { payload } of events) {
    const { variantIds, sessionId } = payload
    await goOn(work, await fillShortages(work, { variantIds, first: sessionId }))
  }
}

/**
 * Reaction to stock.added: reserves the added stock for the sessions that wait for it, the longest waiting
 * first.
 */
export async function resumeWaiting(work: Work, events: EventOf<'stock.added'>[]): Promise<void> {
  const variantIds = [...new Set(events.map((event) => event.payload.variantId))]
  await goOn(work, await fillShortages(work, { variantIds }))
}

type Ended = EventOf<'purchase_order.cancelled'> | EventOf<'purchase_order.closed'>

/**
 * Reaction to purchase_order.cancelled and .closed: finds the sessions that wait for goods which this
 * purchase order will not bring. For the session that the purchase order was for, a person gets an attention
 * item. For the other sessions, fulfilment is tried again automatically.
 */
export async function applyEndedPurchaseOrders(work: Work, events: Ended[]): Promise<void> {
  for (const { payload } of events) {
    const { rows } = await sql<{ id: string; code: string }>`
      select distinct s.id, s.code from stock_shortages h join group_buying_sessions s on s.id = h.session_id
      where h.variant_id = any(${payload.variantIds}::uuid[]) order by s.id`.execute(work.tx)
    const own = rows.find((row) => row.id === payload.sessionId)
    if (own) {
      work.requestAttention({
        kind: 'session_lost_purchase_order',
        subject: ['session', own.id],
        message: `${own.code} waits for goods, but ${payload.code} does not bring them any more. Order them again, or refund the session.`,
        command: `laku sessions fulfil ${own.code}`,
        details: { purchaseOrder: payload.code, otherwise: `laku sessions refund ${own.code}` },
      })
    }
    await goOn(
      work,
      rows.flatMap((row) => (row === own ? [] : [row.id])),
    )
  }
}

/** Emits events that continue the fulfilment of these sessions after the commit, the oldest session first. */
async function goOn(work: Work, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from group_buying_sessions
    where id = any(${[...sessionIds]}::uuid[]) and status in ${inSql(fulfilmentStates)}
    order by id`.execute(work.tx)
  for (const { id, code } of rows) {
    const payload = { sessionId: id, code }
    work.emit({ type: 'session.fulfilment_due', aggregate: ['session', id], payload })
  }
}
