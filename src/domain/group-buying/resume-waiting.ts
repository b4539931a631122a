import { sql } from 'kysely'
import type { EventOf, Work } from '../kernel/index.ts'

/** Reaction to stock.added: sessions that wait for stock of these products try again, the oldest first. */
export async function resumeWaiting(work: Work, events: EventOf<'stock.added'>[]): Promise<void> {
  const variantIds = [...new Set(events.map((event) => event.payload.variantId))]
  const { rows } = await sql<{ id: string; code: string }>`
    select s.id, s.code from group_buying_sessions s
    where s.status = 'pending_stock'
      and s.product_id in (select product_id from product_variants where id = any(${variantIds}::uuid[]))
    order by s.id`.execute(work.tx)
  for (const { id, code } of rows) {
    work.emit({
      type: 'session.fulfilment_due',
      aggregate: ['session', id],
      payload: { sessionId: id, code },
    })
  }
}
