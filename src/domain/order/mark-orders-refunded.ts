import { sql } from 'kysely'
import { type EventOf, statesBefore, type Work } from '../kernel/index.ts'
import { lockOrders, subjectOf } from './lock-orders.ts'
import { orderTransitions } from './transitions.ts'

/** Reaction to refund.succeeded: a cancelled order whose money is back in full, with nothing still on its way, is refunded. */
export async function markOrdersRefunded(work: Work, events: EventOf<'refund.succeeded'>[]): Promise<void> {
  const paymentIds = [...new Set(events.map((event) => event.payload.paymentId))]
  const { rows } = await sql<{ id: string }>`
    select distinct o.id from payments p
    join orders o on o.id = p.order_id or o.participant_id = p.participant_id
    where p.id = any(${paymentIds}::uuid[]) and o.status = 'cancelled'`.execute(work.tx)
  if (rows.length === 0) return
  const orders = await lockOrders(
    work.tx,
    rows.map((row) => row.id),
  )
  const { rows: refunded } = await sql<{ id: string }>`
    update orders o set status = 'refunded', updated_at = ${work.now}
    where o.id = any(${[...orders.keys()]}::uuid[])
      and o.status = any(${statesBefore(orderTransitions, 'refunded')}) and o.status = 'cancelled'
      and not exists (
        select from payments p
        where (p.order_id = o.id or p.participant_id = o.participant_id) and p.paid_at is not null
          and (p.returned_idr < p.amount_idr or exists (
            select from refunds r
            where r.payment_id = p.id and r.status not in ('succeeded', 'to_wallet', 'rejected'))))
    returning o.id`.execute(work.tx)
  for (const { id } of refunded) {
    const order = orders.get(id)
    if (!order) continue
    const payload = { ...subjectOf(order), from: order.status, to: 'refunded' as const }
    work.emit({ type: 'order.status_changed', aggregate: ['order', id], payload })
  }
}
