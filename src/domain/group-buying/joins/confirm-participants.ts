import { sql } from 'kysely'
import { asRecords, type EventOf, moveState, type Rupiah, type Work } from '../../kernel/index.ts'
import { decideRefunds } from '../../payment/index.ts'
import { closeSessions } from '../lifecycle/close.ts'
import { type LockedSession, lockSessions } from '../lifecycle/lock.ts'
import { isComplete } from '../lifecycle/moq.ts'
import { participantMachine } from '../transitions.ts'
import { type Place, reasonLate } from './late-payment.ts'

interface Paid {
  paymentId: string
  participantId: string
  sessionId: string
  userId: string
  amountIdr: Rupiah
}

/**
 * Reaction to payment.paid: marks the buyers' places in sessions as paid. Their units now count for the MOQ.
 * If a session is then complete, it closes in the same transaction.
 *
 * If a buyer's place has already ended, the payment is refunded automatically, once. The caller has locked
 * the payments.
 */
export async function confirmParticipants(work: Work, events: EventOf<'payment.paid'>[]): Promise<void> {
  const paid: Paid[] = []
  for (const { payload } of events) {
    const { participantId, sessionId } = payload
    if (participantId && sessionId) paid.push({ ...payload, participantId, sessionId })
  }
  if (paid.length === 0) return
  const sessions = await lockSessions(
    work.tx,
    paid.map((item) => item.sessionId),
  )
  const places = await lockPlaces(work, paid)
  const seen = new Set<string>()
  const confirmed: (Paid & { units: number })[] = []
  const late: { paid: Paid; reason: string }[] = []
  for (const item of paid) {
    const reason = reasonLate(places.get(item.participantId), sessions.get(item.sessionId), seen)
    if (reason) late.push({ paid: item, reason })
    else confirmed.push({ ...item, units: places.get(item.participantId)?.units as number })
    seen.add(item.participantId)
  }
  await count(work, confirmed, sessions)
  await decideRefunds(
    work,
    late.map(({ paid: { paymentId, amountIdr }, reason }) => ({
      key: `late:${paymentId}`,
      paymentId,
      amountIdr,
      reason,
    })),
  )
  await closeSessions(
    work,
    [...sessions.values()].filter((session) => session.status === 'forming' && isComplete(session)),
  )
}

async function lockPlaces(work: Work, paid: readonly Paid[]): Promise<Map<string, Place>> {
  const { rows } = await sql<Place>`
    select id, status, units from group_participants where id = any(${paid.map((item) => item.participantId)}::uuid[])
    order by id for no key update`.execute(work.tx)
  return new Map(rows.map((row) => [row.id, row]))
}

async function count(
  work: Work,
  confirmed: readonly (Paid & { units: number })[],
  sessions: Map<string, LockedSession>,
): Promise<void> {
  if (confirmed.length === 0) return
  const changes = [...Map.groupBy(confirmed, (paid) => paid.sessionId)].map(([id, all]) => ({
    id,
    units: all.reduce((sum, paid) => sum + paid.units, 0),
    people: all.length,
  }))
  await sql`
    update group_buying_sessions s
    set paid_units = s.paid_units + c.units, held_units = s.held_units - c.units, participants = s.participants + c.people
    from jsonb_to_recordset(${asRecords(changes)}::jsonb) as c(id uuid, units integer, people integer)
    where s.id = c.id`.execute(work.tx)
  const ids = confirmed.map((paid) => paid.participantId)
  await moveState(work, participantMachine, { to: 'paid', ids, set: { paidAt: work.now } })
  for (const { id, units, people } of changes) {
    const session = sessions.get(id) as LockedSession
    session.paidUnits += units
    session.heldUnits -= units
    session.participants += people
  }
  for (const { participantId, sessionId, userId, units } of confirmed) {
    const { code } = sessions.get(sessionId) as LockedSession
    const payload = { sessionId, code, participantId, userId, units }
    work.emit({ type: 'participant.paid', aggregate: ['participant', participantId], payload })
  }
}
