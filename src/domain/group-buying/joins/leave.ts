import { sql } from 'kysely'
import {
  inSql,
  kernelErrors,
  lockRows,
  moveState,
  type Rupiah,
  requireCustomer,
  requireStaff,
  type Work,
} from '../../kernel/index.ts'
import { decideRefunds } from '../../payment/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { type LockedSession, lockSession } from '../lifecycle/lock.ts'
import { mayLeavePaid } from '../rules.ts'
import { liveParticipantStates, type ParticipantStatus, participantMachine } from '../transitions.ts'

export interface LeaveView {
  participation: { id: string; status: 'left'; units: number }
  /** The amount that is refunded to the buyer who leaves, shipping fee included; 0 if nothing was paid. */
  refundIdr: Rupiah
}

interface Place {
  id: string
  status: 'held' | 'paid' | 'ordered'
  units: number
  paymentId: string
  amountIdr: Rupiah
}

/**
 * Gives up the place of the acting buyer in a session that still forms. Support staff may give up the place
 * of a buyer whom they name. A paid place is refunded in full, shipping fee included. But a paid place cannot
 * be given up once the group has reached its MOQ.
 * @throws group_buying.not_joined, leave_refused, session_not_found, kernel.forbidden
 */
export async function leaveSession(
  work: Work,
  input: { sessionId: string; userId?: string | undefined },
): Promise<LeaveView> {
  const userId = leaverOf(work, input.userId)
  const place = await lockPlace(work, input.sessionId, userId)
  if (!place) throw await notThere(work, input)
  const session = await lockSession(work.tx, input.sessionId)
  // The payment is locked, so nobody else confirms or expires it now. But the session may have closed before
  // the lock was obtained, so the status of the place is read again.
  const status = await lockStatus(work, place.id)
  if (status === undefined || !liveParticipantStates.includes(status))
    throw groupBuyingErrors.not_joined(input)
  if (status === 'ordered' || session.status !== 'forming' || (status === 'paid' && !mayLeavePaid(session))) {
    throw groupBuyingErrors.leave_refused({ sessionId: session.id, status: session.status })
  }
  const wasPaid = status === 'paid'
  await free(work, session, place, wasPaid)
  const refundIdr = wasPaid ? place.amountIdr : 0
  if (wasPaid) {
    const refund = {
      key: `left:${place.id}`,
      paymentId: place.paymentId,
      amountIdr: refundIdr,
      reason: 'buyer_left',
    }
    await decideRefunds(work, [refund])
  }
  if (input.userId !== undefined) {
    work.audit({
      command: 'sessions leave',
      subject: ['participant', place.id],
      before: { status },
      after: { status: 'left', refundIdr },
    })
  }
  const subject = { sessionId: session.id, code: session.code, participantId: place.id, userId }
  work.emit({
    type: 'participant.released',
    aggregate: ['participant', place.id],
    payload: { ...subject, because: 'left', paymentId: place.paymentId, wasPaid },
  })
  return { participation: { id: place.id, status: 'left', units: place.units }, refundIdr }
}

function leaverOf(work: Work, named: string | undefined): string {
  if (named === undefined) return requireCustomer(work.actor)
  requireStaff(work.actor, 'support', 'service')
  return named
}

/**
 * Finds the buyer's place in a session, if the place has not ended, and locks its payment. The payment is
 * locked now, because all code locks payments before sessions.
 */
async function lockPlace(work: Work, sessionId: string, userId: string): Promise<Place | undefined> {
  const isLive = sql`
    p.session_id = ${sessionId} and p.user_id = ${userId} and p.status in ${inSql(liveParticipantStates)}`
  await lockRows(work.tx, {
    payment: { participantId: sql`select p.id from group_participants p where ${isLive}` },
  })
  const { rows } = await sql<Place>`
    select p.id, p.status, p.units, y.id as payment_id, y.amount_idr
    from group_participants p join payments y on y.participant_id = p.id where ${isLive}`.execute(work.tx)
  return rows[0]
}

/**
 * Returns the error for a buyer who has no place in the session. If staff act for the buyer and the place has
 * ended, the error states its status. A buyer only learns that they have no place.
 */
async function notThere(
  work: Work,
  { sessionId, userId }: { sessionId: string; userId?: string | undefined },
) {
  if (userId === undefined) return groupBuyingErrors.not_joined({ sessionId })
  const { rows } = await sql<{ status: string }>`
    select status from group_participants where session_id = ${sessionId} and user_id = ${userId}
    order by id desc limit 1`.execute(work.tx)
  const status = rows[0]?.status
  return status
    ? groupBuyingErrors.leave_refused({ sessionId, status })
    : groupBuyingErrors.not_joined({ sessionId })
}

async function lockStatus(work: Work, participantId: string): Promise<ParticipantStatus | undefined> {
  const { rows } = await sql<{ status: ParticipantStatus }>`
    select status from group_participants where id = ${participantId} for no key update`.execute(work.tx)
  return rows[0]?.status
}

async function free(work: Work, session: LockedSession, place: Place, wasPaid: boolean): Promise<void> {
  const held = wasPaid ? 0 : place.units
  const paid = wasPaid ? place.units : 0
  await sql`
    update group_buying_sessions
    set held_units = held_units - ${held}::integer, paid_units = paid_units - ${paid}::integer,
      participants = participants - ${wasPaid ? 1 : 0}::integer
    where id = ${session.id}`.execute(work.tx)
  const moved = await moveState(work, participantMachine, {
    to: 'left',
    from: wasPaid ? 'paid' : 'held',
    ids: [place.id],
    set: { endedAt: work.now },
  })
  if (moved.length === 0) throw kernelErrors.busy({ participantId: place.id })
}
