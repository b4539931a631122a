import { sql } from 'kysely'
import { inSql, type Work } from '../kernel/index.ts'
import { endUnrequestedParcel } from '../logistics/index.ts'
import { paidStates } from '../payment/index.ts'
import { cancelLocked } from './cancel.ts'
import { type LockedOrder, lockOrderAndPayments } from './lock.ts'
import { unbookedStates, unfundedStates } from './transitions.ts'

/**
 * The reason for cancelling an order that was refunded before a database restore. It is displayed in the
 * order's history.
 */
const REFUNDED_BEFORE_RESTORE = 'refunded_before_restore'

/**
 * Cancels the orders of a payment that was refunded in full before a database restore. The cancellation was
 * lost in the restore. There is no second refund, because the first refund counts. If a courier may have the
 * order's parcel, the order is not cancelled, and a person is notified.
 */
export async function cancelRefunded(work: Work, paymentId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select o.id from payments p join orders o on o.id = p.order_id or o.participant_id = p.participant_id
    where p.id = ${paymentId}::uuid and o.status not in ${inSql(unfundedStates)}
      and not exists (
        select from payments q where q.id <> p.id and (q.order_id = o.id or q.participant_id = o.participant_id)
          and q.status in ${inSql(paidStates)} and q.returned_idr < q.amount_idr)`.execute(work.tx)
  for (const { id } of rows) {
    const locked = await lockOrderAndPayments(work.tx, id)
    const isHere = unbookedStates.includes(locked.order.status) && !(await endUnrequestedParcel(work, id))
    if (isHere) await cancelLocked(work, locked, REFUNDED_BEFORE_RESTORE)
    else reportOrderWithoutMoney(work, locked.order)
  }
}

function reportOrderWithoutMoney(work: Work, { id, code }: LockedOrder): void {
  work.requestAttention({
    kind: 'order_without_money',
    subject: ['order', id],
    message: `${code} was refunded before the restore, but a courier may have its parcel. Cancel the order, or ask the courier to bring the parcel back.`,
    command: `laku orders cancel ${code}`,
  })
}
