import { actorLabel, moveState, requireStaff, type Work } from '../../kernel/index.ts'
import { endAttention } from '../../ops/index.ts'
import { orderErrors } from '../errors.ts'
import { applyStatusEffects } from '../fulfilment/apply-status-effects.ts'
import { lockOrder, subjectOf } from '../lock.ts'
import { orderMachine, returnMachine } from '../transitions.ts'
import { getReturn, type ReturnView } from './read.ts'

/**
 * Refuses a buyer's return of goods, with a reason that the buyer may read. The order is set to delivered
 * again, and is completed when its return window ends.
 * @throws order.return_not_found, return_decided, kernel.forbidden
 */
export async function refuseReturn(
  work: Work,
  input: { return: string; reason: string },
): Promise<ReturnView> {
  requireStaff(work.actor, 'support', 'service')
  const { id, order: named } = await getReturn(work, input.return)
  const order = await lockOrder(work.tx, named.id)
  const decision = { decisionNote: input.reason, decidedBy: actorLabel(work.actor), decidedAt: work.now }
  const refused = await moveState(work, returnMachine, { to: 'refused', ids: [id], set: decision })
  if (refused.length === 0) throw orderErrors.return_decided({ return: id })
  const set = { updatedAt: work.now }
  await moveState(work, orderMachine, {
    to: 'delivered',
    from: 'return_requested',
    ids: [order.id],
    set,
    all: true,
  })
  await applyStatusEffects(work, [{ order, to: 'delivered' }])
  const payload = { ...subjectOf(order), returnId: id }
  work.emit({ type: 'return.refused', aggregate: ['order', order.id], payload })
  const after = { status: 'refused', reason: input.reason }
  work.audit({
    command: 'orders returns refuse',
    subject: ['order', order.id],
    before: { status: 'requested' },
    after,
  })
  await endAttention(work, 'return_requested', id, 'refused')
  return await getReturn(work, id)
}
