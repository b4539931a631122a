import { sql } from 'kysely'
import { type EventOf, inSql, moveState, moveStatement, statesBefore, type Work } from '../../kernel/index.ts'
import { paidStates } from '../../payment/index.ts'
import { lockSessions } from '../lifecycle/lock.ts'
import { participantMachine, participantTransitions, sessionMachine } from '../transitions.ts'

/**
 * Marks a failed or cancelled session as refunded when all of its payments are refunded. A refund counts when
 * it has succeeded, not when it is sent. Returns the ids of the sessions that were marked.
 */
export async function markSessionsRefunded(work: Work, sessionIds: readonly string[]): Promise<string[]> {
  if (sessionIds.length === 0) return []
  const rows = await moveState(work, sessionMachine, {
    to: 'refunded',
    ids: sessionIds,
    set: { updatedAt: work.now },
    where: sql`not exists (
      select from payments y where y.session_id = t.id and y.status in ${inSql(paidStates)})`,
    returning: sql<{ id: string; code: string }>`t.id, t.code`,
  })
  for (const { id, code } of rows) {
    work.emit({ type: 'session.refunded', aggregate: ['session', id], payload: { sessionId: id, code } })
  }
  return rows.map((row) => row.id)
}

/**
 * Reaction to refund.succeeded: marks participants as refunded once their payment is wholly refunded. The
 * units of a paid participant are then subtracted from the session. If the participant left the session,
 * nothing is subtracted, because that was done when they left.
 */
export async function markParticipantsRefunded(
  work: Work,
  events: EventOf<'refund.succeeded'>[],
): Promise<void> {
  const subjects = events.flatMap(({ payload: { participantId, sessionId } }) =>
    participantId && sessionId ? [{ participantId, sessionId }] : [],
  )
  if (subjects.length === 0) return
  const sessionIds = [...new Set(subjects.map((subject) => subject.sessionId))].sort()
  await lockSessions(work.tx, sessionIds)
  const refunded = moveStatement(participantMachine, {
    to: 'refunded',
    set: { endedAt: sql`coalesce(t.ended_at, ${work.now})` },
    using: sql`wholly w`,
    where: sql`t.id = w.id`,
  })
  await sql`
    with wholly as (
      select p.id, p.session_id, p.units, p.status from group_participants p
      where p.id = any(${subjects.map((subject) => subject.participantId)}::uuid[])
        and p.status = any(${statesBefore(participantTransitions, 'refunded')})
        and exists (select from payments y where y.participant_id = p.id and y.status = 'refunded')
        and not exists (select from payments y where y.participant_id = p.id and y.status in ${inSql(paidStates)})
      order by p.id for no key update
    ), refunded as (${refunded})
    update group_buying_sessions s
    set paid_units = s.paid_units - c.units, participants = s.participants - c.people
    from (select session_id, sum(units) as units, count(*) as people from wholly where status = 'paid' group by session_id) c
    where s.id = c.session_id`.execute(work.tx)
  await markSessionsRefunded(work, sessionIds)
}
