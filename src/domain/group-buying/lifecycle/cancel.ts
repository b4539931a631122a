import { sql } from 'kysely'
import {
  moveState,
  type Rupiah,
  requireReason,
  requireStaff,
  requireTransition,
  type Work,
} from '../../kernel/index.ts'
import { lockSessionPayments, refundSessionPayments } from '../../payment/index.ts'
import { releaseStock, reportUnneededOrders } from '../../warehouse/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { markSessionsRefunded } from '../fulfilment/mark-refunded.ts'
import { refundWaiting } from '../fulfilment/refund-waiting.ts'
import { releaseHeld } from '../joins/release-holds.ts'
import { getSession } from '../list.ts'
import {
  refundSessionStates,
  sessionMachine,
  sessionTransitions,
  stockingSessionStates,
  unrefundableSessionStates,
} from '../transitions.ts'
import type { SessionView } from '../views.ts'
import { type LockedSession, lockSession } from './lock.ts'

/**
 * Cancels a session, for staff. This is possible until the first order of the session is created. Unpaid
 * places end, and the stock reserved for the session is free again. The event session.cancelled causes the
 * refunds, in the same transaction.
 * @throws group_buying.session_not_found, kernel.illegal_transition, kernel.reason_required, kernel.forbidden
 */
export async function cancelSession(
  work: Work,
  input: { sessionId: string; reason?: string | undefined },
): Promise<SessionView> {
  requireStaff(work.actor, 'finance', 'service')
  await lockSessionPayments(work.tx, input.sessionId)
  const session = await lockSession(work.tx, input.sessionId)
  requireTransition(sessionTransitions, session.status, 'cancelled', session.code)
  await cancelLocked(work, session, requireReason(work, input.reason))
  return await getSession(work.tx, session.id, { withDrafts: true })
}

async function cancelLocked(work: Work, session: LockedSession, reason: string): Promise<void> {
  const { id, code, status } = session
  const closedAt = sql`coalesce(t.closed_at, ${work.now})`
  const set = { statusReason: reason, heldUnits: 0, closedAt, updatedAt: work.now }
  await moveState(work, sessionMachine, { to: 'cancelled', ids: [id], set, all: true })
  await releaseHeld(work, [session])
  if (stockingSessionStates.includes(status)) {
    await releaseStock(work, [id])
    await reportUnneededOrders(work, [id])
  }
  work.audit({
    command: 'sessions cancel',
    subject: ['session', id],
    before: { status },
    after: { status: 'cancelled', reason },
  })
  work.emit({
    type: 'session.cancelled',
    aggregate: ['session', id],
    payload: { sessionId: id, code, reason },
  })
  await markSessionsRefunded(work, [id])
}

export interface SessionMoney {
  sessionId: string
  count: number
  amountIdr: Rupiah
}

/**
 * Refunds everybody in a session (service map: `POST /api/payments/refund-session`). In a failed or cancelled
 * session, it refunds the payments that are not refunded yet. A session that reached its MOQ is cancelled
 * first.
 *
 * If some of the orders exist already, it refunds only the participants who still wait for an order. A
 * repeated call after success returns count 0.
 * @throws group_buying.session_not_found, not_refundable before it ended and once all orders are made,
 * kernel.reason_required, kernel.forbidden
 */
export async function refundSession(
  work: Work,
  input: { sessionId: string; reason?: string | undefined },
): Promise<SessionMoney> {
  requireStaff(work.actor, 'finance', 'service')
  await lockSessionPayments(work.tx, input.sessionId)
  const session = await lockSession(work.tx, input.sessionId)
  if (session.status === 'orders_created') return await refundWaiting(work, session)
  // A draft or forming session is not refunded here, because another command, `sessions cancel`, cancels it.
  // A session with status `success` is not refunded here, because all of its orders exist.
  if (unrefundableSessionStates.includes(session.status)) {
    throw groupBuyingErrors.not_refundable({ code: session.code, status: session.status })
  }
  const ended = refundSessionStates.includes(session.status)
  const reason = ended ? `session_${session.status}` : 'session_cancelled'
  if (!ended) await cancelLocked(work, session, requireReason(work, input.reason))
  const [refunded] = await refundSessionPayments(work, [session.id], reason)
  const { count = 0, amountIdr = 0 } = refunded ?? {}
  const [before, after] = [{ status: session.status }, { refunds: count, refundedIdr: amountIdr }]
  if (!ended || count > 0)
    work.audit({ command: 'sessions refund', subject: ['session', session.id], before, after })
  return { sessionId: session.id, count, amountIdr }
}
