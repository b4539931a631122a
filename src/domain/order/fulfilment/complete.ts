import { type RawBuilder, sql } from 'kysely'
import { moveState, type Work } from '../../kernel/index.ts'
import { isSetAside, sweepInOneOrEach } from '../../ops/index.ts'
import type { LockedOrder } from '../lock.ts'
import { orderMachine } from '../transitions.ts'
import { applyStatusEffects } from './apply-status-effects.ts'
import { orderAside, type SweepContext } from './order-aside.ts'

/**
 * Returns an SQL condition that is true if some delivered order is past its return window and can be
 * completed. The index `orders_return_window` finds such orders.
 */
export const completionDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from orders o where ${isOver(now)})`

/**
 * The SQL condition that order `o` can be completed. It is false for an order whose completion threw a short
 * time ago (`isSetAside`).
 */
const isOver = (now: Date) =>
  sql`o.status = 'delivered' and o.return_until <= ${now} and not ${isSetAside(sql`o.id`, now)}`

/**
 * Completes up to `limit` delivered orders whose return window is over, in one transaction. If that throws,
 * each order gets a transaction of its own. An order that throws again is left out for a while, and an
 * attention item is raised.
 */
export async function sweepCompleted(context: SweepContext, limit: number): Promise<void> {
  const due = await context.unitOfWork.run(context.actor, async ({ tx, now }) => {
    const { rows } = await sql<{ id: string }>`
      select o.id from orders o where ${isOver(now)} order by o.return_until limit ${limit}`.execute(tx)
    return rows.map((row) => row.id)
  })
  await sweepInOneOrEach(
    context,
    due,
    (work, ids) => completeOrders(work, ids.length, ids),
    (work, id) => orderAside(work, id, 'could not be completed'),
  )
}

/**
 * Completes up to `limit` delivered orders whose return window is over, in one statement. If `only` is given,
 * completes just orders with these ids. Returns the number of completed orders.
 */
export async function completeOrders(work: Work, limit: number, only?: readonly string[]): Promise<number> {
  const rows = await moveState(work, orderMachine, {
    to: 'completed',
    set: { updatedAt: work.now },
    using: sql`(
      select id from orders where status = 'delivered' and return_until <= ${work.now}
        and ${only ? sql`id = any(${only}::uuid[])` : sql`true`}
      order by return_until limit ${limit} for no key update skip locked
    ) due`,
    where: sql`t.id = due.id`,
    returning: sql<LockedOrder>`
      t.id, t.code, t.user_id, t.session_id, t.participant_id, 'delivered' as status, t.status_reason, t.allocated,
      t.goods_idr, t.shipping_idr, t.total_idr`,
  })
  await applyStatusEffects(
    work,
    rows.map((order) => ({ order, to: 'completed' as const })),
  )
  return rows.length
}
