import { sql } from 'kysely'
import { type EventOf, finalStates, inSql, moveState, type Work } from '../../kernel/index.ts'
import { refundTransitions } from '../../payment/index.ts'
import { applyStatusEffects } from '../fulfilment/apply-status-effects.ts'
import { lockOrders, refundDecided } from '../lock.ts'
import { orderMachine, refundableStates } from '../transitions.ts'

/**
 * Reaction to refund.succeeded: marks an order as refunded once its buyer has the money and no refund is
 * under way. A cancelled or lost order needs all of its money refunded. An order whose goods came back needs
 * only the refund that was decided.
 */
export const markOrdersRefunded = (work: Work, events: EventOf<'refund.succeeded'>[]): Promise<void> =>
  markRefunded(work, [...new Set(events.map((event) => event.payload.paymentId))])

/**
 * Marks the orders of these payments as refunded, once their buyers have the money and no refund is under
 * way.
 */
export async function markRefunded(work: Work, paymentIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select distinct o.id from payments p
    join orders o on o.id = p.order_id or o.participant_id = p.participant_id
    where p.id = any(${paymentIds}::uuid[]) and o.status in ${inSql(refundableStates)}`.execute(work.tx)
  if (rows.length === 0) return
  const orders = await lockOrders(
    work.tx,
    rows.map((row) => row.id),
  )
  const refunded = await moveState(work, orderMachine, {
    to: 'refunded',
    ids: [...orders.keys()],
    set: { updatedAt: work.now },
    where: sql`(t.status <> 'returned' or ${refundDecided('t')})
      and exists (
        select from payments p
        where (p.order_id = t.id or p.participant_id = t.participant_id) and p.returned_idr > 0)
      and not exists (
        select from payments p
        where (p.order_id = t.id or p.participant_id = t.participant_id) and p.paid_at is not null
          -- What was sent back out of quarantine never was this order's.
          and not (p.status = 'refunded' and p.returned_idr = 0)
          and ((t.status <> 'returned' and p.returned_idr < p.amount_idr) or exists (
            select from refunds r
            where r.payment_id = p.id and r.quarantine_id is null and r.status not in ${inSql(finalStates(refundTransitions))})))`,
  })
  const ids = new Set(refunded.map((row) => row.id))
  await applyStatusEffects(
    work,
    [...orders.values()]
      .filter((order) => ids.has(order.id))
      .map((order) => ({ order, to: 'refunded' as const })),
  )
}
