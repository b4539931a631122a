import { sql } from 'kysely'
import { asRecords, type EventOf, moveState, type Work } from '../../kernel/index.ts'
import { lockSessions } from '../lifecycle/lock.ts'
import { participantMachine } from '../transitions.ts'

interface Released {
  id: string
  sessionId: string
  userId: string
  units: number
  paymentId: string
}

/**
 * Ends the unpaid places of sessions that close, even if the places' time to pay is not over. The caller has
 * locked the sessions, and sets the counts in their rows.
 */
export async function releaseHeld(
  work: Work,
  sessions: readonly { id: string; code: string }[],
): Promise<void> {
  const codes = new Map(sessions.map((session) => [session.id, session.code]))
  const rows = await moveState(work, participantMachine, {
    to: 'expired',
    set: { endedAt: work.now },
    using: sql`payments y`,
    where: sql`t.session_id = any(${[...codes.keys()]}::uuid[]) and y.participant_id = t.id`,
    returning: sql<Released>`t.id, t.session_id, t.user_id, t.units, y.id as payment_id`,
  })
  emitReleased(work, rows, codes, 'closed')
}

/**
 * Reaction to payment.expired and payment.failed: ends the buyer's unpaid place in the session, and frees its
 * units. A place that was paid, or that the buyer left, keeps its status.
 */
export async function releaseHolds(
  work: Work,
  events: EventOf<'payment.expired' | 'payment.failed'>[],
): Promise<void> {
  const rows = events.flatMap(({ payload: { participantId, sessionId, paymentId } }) =>
    participantId && sessionId ? [{ participantId, sessionId, paymentId }] : [],
  )
  if (rows.length === 0) return
  const sessions = await lockSessions(
    work.tx,
    rows.map((row) => row.sessionId),
  )
  await sql`
    select from group_participants where id = any(${rows.map((row) => row.participantId)}::uuid[])
    order by id for no key update`.execute(work.tx)
  const released = await moveState(work, participantMachine, {
    to: 'expired',
    set: { endedAt: work.now },
    using: sql`jsonb_to_recordset(${asRecords(rows)}::jsonb) as p(participant_id uuid, payment_id uuid)`,
    where: sql`t.id = p.participant_id`,
    returning: sql<Released>`t.id, t.session_id, t.user_id, t.units, p.payment_id`,
  })
  await freeUnits(work, released)
  const codes = new Map([...sessions.values()].map((session) => [session.id, session.code]))
  emitReleased(work, released, codes, 'expired')
}

async function freeUnits(
  work: Work,
  released: readonly { sessionId: string; units: number }[],
): Promise<void> {
  if (released.length === 0) return
  const changes = [...Map.groupBy(released, (place) => place.sessionId)].map(([id, all]) => ({
    id,
    units: all.reduce((sum, item) => sum + item.units, 0),
  }))
  await sql`
    update group_buying_sessions s set held_units = s.held_units - c.units
    from jsonb_to_recordset(${asRecords(changes)}::jsonb) as c(id uuid, units integer)
    where s.id = c.id`.execute(work.tx)
}

function emitReleased(
  work: Work,
  released: readonly Released[],
  codes: ReadonlyMap<string, string>,
  because: 'expired' | 'closed',
): void {
  for (const { id, sessionId, userId, paymentId } of released) {
    const code = codes.get(sessionId) as string
    const payload = { sessionId, code, participantId: id, userId, because, paymentId, wasPaid: false }
    work.emit({ type: 'participant.released', aggregate: ['participant', id], payload })
  }
}
