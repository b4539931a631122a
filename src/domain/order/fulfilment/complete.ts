import { type RawBuilder, sql } from 'kysely'
import { moveState, type Work } from '../../kernel/index.ts'
import type { LockedOrder } from '../lock.ts'
import { orderMachine } from '../transitions.ts'
import { applyStatusEffects } from './apply-status-effects.ts'

/**
 * Returns an SQL condition that is true if some delivered order is past its return window and can be
 * completed. The index `orders_return_window` finds such orders.
 */
export const completionDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from orders where status = 'delivered' and return_until <= ${now})`

/**
 * Completes up to `limit` delivered orders whose return window is over, in one statement. Returns the number
 * of completed orders.
 */
export async function completeOrders(work: Work, limit: number): Promise<number> {
  const rows = await moveState(work, orderMachine, {
    to: 'completed',
    set: { updatedAt: work.now },
    using: sql`(
      select id from orders where status = 'delivered' and return_until <= ${work.now}
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
