import { type RawBuilder, sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { announceMoves } from './announce-moves.ts'
import type { LockedOrder } from './lock-orders.ts'

/** True when the return window of a delivered order is over. Answered by the index `orders_return_window`. */
export const completionDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from orders where status = 'delivered' and return_until <= ${now})`

/** Completes up to `limit` delivered orders whose return window is over, in one statement. Returns how many. */
export async function completeOrders(work: Work, limit: number): Promise<number> {
  const { rows } = await sql<LockedOrder>`
    update orders o set status = 'completed', updated_at = ${work.now}
    from (
      select id from orders where status = 'delivered' and return_until <= ${work.now}
      order by return_until limit ${limit} for no key update skip locked
    ) due
    where o.id = due.id and o.status = 'delivered'
    returning o.id, o.code, o.user_id, o.session_id, o.participant_id, 'delivered' as status, o.status_reason, o.allocated,
      o.goods_idr, o.shipping_idr, o.total_idr`.execute(work.tx)
  await announceMoves(
    work,
    rows.map((order) => ({ order, to: 'completed' as const })),
  )
  return rows.length
}
