import { sql } from 'kysely'
import { moveState, sumIdr, type Work } from '../../kernel/index.ts'
import { decideRefunds } from '../../payment/index.ts'
import { releaseStock, reportUnneededOrders } from '../../warehouse/index.ts'
import type { SessionMoney } from '../lifecycle/cancel.ts'
import type { LockedSession } from '../lifecycle/lock.ts'
import { participantMachine } from '../transitions.ts'
import { createCoveredOrders } from './create-orders.ts'
import { waitingParticipants } from './make-orders.ts'

/**
 * Refunds, in full, the participants who still wait for goods in a session where others have got their
 * orders. Their places in the session end, and their reserved stock is released. The caller has locked the
 * rows of the session and its escrow payments.
 */
export async function refundWaiting(work: Work, session: LockedSession): Promise<SessionMoney> {
  const { id: sessionId } = session
  const waiting = await waitingParticipants(work, sessionId)
  const ids = waiting.map((participant) => participant.id)
  const set = { endedAt: work.now }
  await moveState(work, participantMachine, { to: 'left', from: 'paid', ids, set, all: true })
  const units = waiting.reduce((sum, participant) => sum + participant.units, 0)
  await sql`
    update group_buying_sessions set paid_units = paid_units - ${units}::integer,
      participants = participants - ${waiting.length}::integer, updated_at = ${work.now}
    where id = ${sessionId}`.execute(work.tx)
  await releaseStock(work, [sessionId])
  await reportUnneededOrders(work, [sessionId])
  await decideRefunds(
    work,
    waiting.map((participant) => ({
      key: `waiting:${participant.id}`,
      paymentId: participant.paymentId,
      amountIdr: participant.totalIdr,
      reason: 'out_of_stock',
    })),
  )
  work.audit({
    command: 'sessions refund',
    subject: ['session', sessionId],
    before: { status: session.status, waiting: waiting.length },
    after: { refunded: ids },
  })
  // After the refunds, no participant waits for stock any more, but orders on hold may wait. If no order
  // waits, `createCoveredOrders` sets the session to `success`.
  await createCoveredOrders(work, sessionId)
  return {
    sessionId,
    count: waiting.length,
    amountIdr: sumIdr(waiting.map((participant) => participant.totalIdr)),
  }
}
