import { sql } from 'kysely'
import { moveState, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { getSession } from '../list.ts'
import { sessionMachine, sessionTransitions } from '../transitions.ts'
import type { SessionView } from '../views.ts'
import { lockSession } from './lock.ts'

/**
 * Opens a draft session now, for staff, even if its start is later. The session's product and factory must be
 * active.
 * @throws group_buying.session_not_found, product_not_active, invalid_period, kernel.illegal_transition,
 * kernel.forbidden
 */
export async function openSession(work: Work, input: { sessionId: string }): Promise<SessionView> {
  requireStaff(work.actor, 'service')
  const { id, code, status, endsAt } = await lockSession(work.tx, input.sessionId)
  requireTransition(sessionTransitions, status, 'forming', code)
  if (endsAt <= work.now) throw groupBuyingErrors.invalid_period({ code, endsAt })
  await requireOnSale(work, id)
  const set = { startsAt: work.now, updatedAt: work.now }
  await moveState(work, sessionMachine, { to: 'forming', ids: [id], set, all: true })
  work.audit({
    command: 'sessions open',
    subject: ['session', id],
    before: { status },
    after: { status: 'forming', startsAt: work.now },
  })
  work.emit({ type: 'session.opened', aggregate: ['session', id], payload: { sessionId: id, code } })
  return await getSession(work.tx, id)
}

async function requireOnSale(work: Work, sessionId: string): Promise<void> {
  const { rows } = await sql<{ productId: string; active: boolean }>`
    select p.id as product_id, p.status = 'active' and f.status = 'active' as active
    from group_buying_sessions s join products p on p.id = s.product_id join factories f on f.id = s.factory_id
    where s.id = ${sessionId}`.execute(work.tx)
  if (!rows[0]?.active) throw groupBuyingErrors.product_not_active({ productId: rows[0]?.productId })
}
