import { sql } from 'kysely'
import { moveState, type Work } from '../../kernel/index.ts'
import { lockEscrowPayments } from '../../payment/index.ts'
import { markSessionsRefunded } from '../fulfilment/mark-refunded.ts'
import { releaseHeld } from '../joins/release-holds.ts'
import { sessionMachine } from '../transitions.ts'
import { finalTier, type Tier } from './final-price.ts'
import { type LockedSession, lockSessions } from './lock.ts'
import { verdict } from './moq.ts'

/**
 * Closes forming sessions that have enough paid units; the caller has locked them. The final price is that of
 * the tier that the paid units reached. Unpaid places end. The event session.moq_reached starts fulfilment.
 */
export async function closeSessions(work: Work, sessions: readonly LockedSession[]): Promise<void> {
  if (sessions.length === 0) return
  const tiers = await tiersOf(work, sessions)
  const rows = sessions.map((session) => ({
    id: session.id,
    ...reachedIn(tiers.get(session.id) ?? [], session.paidUnits),
  }))
  const set = { heldUnits: 0, closedAt: work.now, updatedAt: work.now }
  await moveState(work, sessionMachine, { to: 'moq_reached', rows, set, all: true })
  await releaseHeld(work, sessions)
  for (const { id, code, paidUnits } of sessions) {
    const payload = { sessionId: id, code, paidUnits }
    work.emit({ type: 'session.moq_reached', aggregate: ['session', id], payload })
  }
}

function reachedIn(tiers: readonly Tier[], paidUnits: number) {
  const { unitPriceIdr, minUnits } = finalTier(tiers, paidUnits)
  return { finalUnitPriceIdr: unitPriceIdr, finalMinUnits: minUnits }
}

async function tiersOf(work: Work, sessions: readonly LockedSession[]): Promise<Map<string, Tier[]>> {
  const { rows } = await sql<Tier & { sessionId: string }>`
    select session_id, min_units, unit_price_idr from session_tiers
    where session_id = any(${sessions.map((session) => session.id)}::uuid[])`.execute(work.tx)
  return Map.groupBy(rows, (row) => row.sessionId)
}

/**
 * Marks these forming sessions as failed: their time is over, and they have not reached their MOQ. The caller
 * has locked them. The event session.failed causes the refunds.
 */
async function failSessions(work: Work, sessions: readonly LockedSession[]): Promise<void> {
  if (sessions.length === 0) return
  const ids = sessions.map((session) => session.id)
  const set = { heldUnits: 0, closedAt: work.now, updatedAt: work.now }
  await moveState(work, sessionMachine, { to: 'failed', ids, set, all: true })
  await releaseHeld(work, sessions)
  for (const { id, code, paidUnits, moq } of sessions) {
    work.emit({
      type: 'session.failed',
      aggregate: ['session', id],
      payload: { sessionId: id, code, paidUnits, moq },
    })
  }
  await markSessionsRefunded(work, ids)
}

/**
 * Closes the given sessions that are complete or have reached their MOQ by their end. Marks those as failed
 * whose time is over without the MOQ. The others stay unchanged. Returns the number of sessions that were
 * closed or failed.
 */
export async function endSessions(work: Work, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0
  await lockEscrowPayments(work.tx, ids)
  const forming = [...(await lockSessions(work.tx, ids)).values()].filter(
    (session) => session.status === 'forming',
  )
  const by = Map.groupBy(forming, (session) => verdict(session, work.now))
  const closing = by.get('close') ?? []
  const failing = by.get('fail') ?? []
  await closeSessions(work, closing)
  await failSessions(work, failing)
  return closing.length + failing.length
}
