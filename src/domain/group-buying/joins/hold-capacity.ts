import { sql } from 'kysely'
import { asRecords, type DomainError, type Work } from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { lockSessions } from '../lifecycle/lock.ts'
import { admit, freeUnits } from '../rules.ts'
import { notOpen, type PricedJoin } from './rules.ts'

const unitsBySession = (joins: readonly PricedJoin[]) =>
  [...Map.groupBy(joins, (join) => join.session.id)].map(([sessionId, all]) => ({
    sessionId,
    units: all.reduce((sum, pricedJoin) => sum + pricedJoin.units, 0),
  }))

/**
 * Holds the units that a batch of joins asks for. First, one statement tries to hold the units of all joins
 * of a session together. This mostly succeeds.
 *
 * If a session has too few free units for all of its joins, the session is locked. Then each join, in the
 * order given, gets its units if enough units are left. Returns the joins that got their units, and an error
 * for each of the refused joins.
 */
export async function holdUnits(
  work: Work,
  joins: readonly PricedJoin[],
): Promise<{ held: PricedJoin[]; refused: Map<PricedJoin, DomainError> }> {
  const refused = new Map<PricedJoin, DomainError>()
  if (joins.length === 0) return { held: [], refused }
  const whole = await takeUnits(work, unitsBySession(joins))
  const held = joins.filter((join) => whole.has(join.session.id))
  const rest = joins.filter((join) => !whole.has(join.session.id))
  if (rest.length > 0) held.push(...(await admitWhatFits(work, rest, refused)))
  return { held, refused }
}

async function takeUnits(work: Work, wanted: { sessionId: string; units: number }[]): Promise<Set<string>> {
  const ids = wanted.map((hold) => hold.sessionId)
  // The parameters are arrays, not JSON: PostgreSQL's planner knows the length of an array, and so finds each
  // session by its primary key.
  const { rows } = await sql<{ id: string }>`
    with locked as (
      select id from group_buying_sessions where id = any(${ids}::uuid[]) order by id for no key update
    )
    update group_buying_sessions s set held_units = s.held_units + w.units
    from unnest(${ids}::uuid[], ${wanted.map((hold) => hold.units)}::integer[]) as w(session_id, units)
    join locked l on l.id = w.session_id
    where s.id = w.session_id and s.status = 'forming' and s.ends_at > ${work.now}
      and (s.capacity is null or s.paid_units + s.held_units + w.units <= s.capacity)
    returning s.id`.execute(work.tx)
  return new Set(rows.map((row) => row.id))
}

async function admitWhatFits(
  work: Work,
  joins: readonly PricedJoin[],
  refused: Map<PricedJoin, DomainError>,
): Promise<PricedJoin[]> {
  const held: PricedJoin[] = []
  const sessions = await lockSessions(
    work.tx,
    joins.map((join) => join.session.id),
  )
  for (const [sessionId, wishes] of Map.groupBy(joins, (join) => join.session.id)) {
    const session = sessions.get(sessionId)
    const open = session?.status === 'forming' && session.endsAt > work.now
    if (!session || !open) {
      for (const wish of wishes) refused.set(wish, notOpen(session ?? wish.session))
      continue
    }
    const free = freeUnits(session)
    const outcome = admit(wishes, free)
    held.push(...outcome.admitted)
    const left = free - outcome.admitted.reduce((sum, pricedJoin) => sum + pricedJoin.units, 0)
    for (const wish of outcome.refused) {
      const { units } = wish
      refused.set(
        wish,
        groupBuyingErrors.session_full({ code: session.code, wantedUnits: units, freeUnits: left }),
      )
    }
  }
  if (held.length > 0) await changeHeldUnits(work, unitsBySession(held), 1)
  return held
}

/** Frees the units that `holdUnits` held for these joins, because no participant was recorded for them. */
export async function giveBack(work: Work, joins: readonly PricedJoin[]): Promise<void> {
  if (joins.length > 0) await changeHeldUnits(work, unitsBySession(joins), -1)
}

async function changeHeldUnits(
  work: Work,
  changes: { sessionId: string; units: number }[],
  sign: 1 | -1,
): Promise<void> {
  await sql`
    update group_buying_sessions s set held_units = s.held_units + ${sign}::integer * w.units
    from jsonb_to_recordset(${asRecords(changes)}::jsonb) as w(session_id uuid, units integer)
    where s.id = w.session_id`.execute(work.tx)
}
