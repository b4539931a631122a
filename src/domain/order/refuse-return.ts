import { sql } from 'kysely'
import { actorLabel, requireStaff, settleAttention, type Work } from '../kernel/index.ts'
import { announceMoves } from './announce-moves.ts'
import { orderErrors } from './errors.ts'
import { lockOrder, subjectOf } from './lock-orders.ts'
import { getReturn, type ReturnView } from './read-returns.ts'

/**
 * Refuses a return, with the reason that the buyer may read: the order stays delivered, and is completed when its window is over.
 * @throws order.return_not_found, return_decided, kernel.forbidden
 */
export async function refuseReturn(
  work: Work,
  input: { return: string; reason: string },
): Promise<ReturnView> {
  requireStaff(work.actor, 'support', 'service')
  const { id, order: named } = await getReturn(work, input.return)
  const order = await lockOrder(work.tx, named.id)
  const { numAffectedRows } = await sql`
    update order_returns set status = 'refused', decision_note = ${input.reason}, decided_by = ${actorLabel(work.actor)},
      decided_at = ${work.now}
    where id = ${id} and status = 'requested'`.execute(work.tx)
  if (Number(numAffectedRows) !== 1) throw orderErrors.return_decided({ return: id })
  await sql`
    update orders set status = 'delivered', updated_at = ${work.now}
    where id = ${order.id} and status = 'return_requested'`.execute(work.tx)
  await announceMoves(work, [{ order, to: 'delivered' }])
  const payload = { ...subjectOf(order), returnId: id }
  work.emit({ type: 'return.refused', aggregate: ['order', order.id], payload })
  const after = { status: 'refused', reason: input.reason }
  work.audit({
    command: 'orders returns refuse',
    subject: ['order', order.id],
    before: { status: 'requested' },
    after,
  })
  await settleAttention(work, 'return_requested', id, 'refused')
  return await getReturn(work, id)
}
