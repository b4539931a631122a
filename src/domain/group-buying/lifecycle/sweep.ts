import { type RawBuilder, sql } from 'kysely'
import { type Actor, inSql, moveState, secondsAfter, type UnitOfWork, type Work } from '../../kernel/index.ts'
import { asideFor, isSetAside, sweepInOneOrEach } from '../../ops/index.ts'
import { markSessionsRefunded } from '../fulfilment/mark-refunded.ts'
import {
  fulfilmentStates,
  refundingSessionStates,
  type SessionStatus,
  sessionMachine,
} from '../transitions.ts'
import { endSessions } from './close.ts'

// The maximum number of sessions that one run of this regular job (the sweep) handles, for each kind of work.
// The next run handles the remaining sessions.
const MAX_SESSIONS = 200
// This regular job (the sweep) handles a closed session if it did not change for this time (seconds).
// Fulfilment normally takes a few seconds. So a session that did not change for longer has lost its job, or
// waits for stock or a refund.
const STALE_AFTER_S = 600

/**
 * Returns the SQL conditions for the sessions that this regular job must handle at this instant: one for each
 * kind of work. Each condition fits a partial index, which contains only such sessions.
 */
const dueAt = (now: Date, only?: readonly string[]) => {
  const still = secondsAfter(now, -STALE_AFTER_S)
  const which = only ? sql`id = any(${only}::uuid[])` : sql`true`
  return {
    opening: sql`status = 'draft' and starts_at <= ${now} and ${which}`,
    ending: sql`status = 'forming' and ends_at <= ${now} and ${which}`,
    stuck: sql`status in ${inSql(fulfilmentStates)} and updated_at <= ${still} and ${which}`,
    refunding: sql`status in ${inSql(refundingSessionStates)} and updated_at <= ${still} and ${which}`,
  }
}

/**
 * Returns an SQL query for each kind of work, which selects the sessions that need this work. It does not
 * select a session that is left out for a while because an earlier run threw an error for it.
 */
const queriesAt = (now: Date) =>
  Object.values(dueAt(now)).map(
    (due) => sql`
      select s.id from group_buying_sessions s where ${due} and not ${isSetAside(sql`s.id`, now)}`,
  )

/** Returns an SQL condition that is true while there are sessions for this regular job to handle. */
export function sessionsDue(now: Date): RawBuilder<boolean> {
  const exists = queriesAt(now).map((query) => sql`exists (${query})`)
  return sql<boolean>`(${sql.join(exists, sql` or `)})`
}

/**
 * Handles all sessions that are due, in one transaction. If that throws, each session gets a transaction of
 * its own. A session that throws again is left out for a while, and an attention item is raised.
 */
export async function sweepSessionsApart(context: { unitOfWork: UnitOfWork; actor: Actor }): Promise<void> {
  const due = await context.unitOfWork.run(context.actor, async ({ tx, now }) => {
    const limited = queriesAt(now).map((query) => sql`(${query} limit ${MAX_SESSIONS})`)
    const { rows } = await sql<{ id: string }>`${sql.join(limited, sql` union all `)}`.execute(tx)
    return rows.map((row) => row.id)
  })
  await sweepInOneOrEach(context, due, sweepSessions, async (work, id) => {
    const { rows } = await sql<{ code: string }>`
      select code from group_buying_sessions where id = ${id}::uuid`.execute(work.tx)
    const code = rows[0]?.code ?? id
    return asideFor(work, {
      subject: ['session', id],
      what: `${code} could not be opened, ended or continued`,
      command: `laku sessions show ${code}`,
    })
  })
}

/**
 * Opens sessions at their start, ends sessions whose time is over, and marks sessions that are wholly
 * refunded. Continues the fulfilment of sessions that did not change for ten minutes. Each run handles a
 * limited number of sessions. If `only` is given, it handles just the sessions with these ids. Returns how
 * many sessions it handled.
 */
export async function sweepSessions(work: Work, only?: readonly string[]): Promise<number> {
  const due = dueAt(work.now, only)
  const opened = await openSessions(work, due.opening)
  const { rows } = await sql<{ id: string }>`
    select id from group_buying_sessions where ${due.ending} order by ends_at limit ${MAX_SESSIONS}`.execute(
    work.tx,
  )
  const ended = await endSessions(
    work,
    rows.map((row) => row.id),
  )
  const resumed = await touch(work, due.stuck)
  for (const { id, code } of resumed) {
    work.emit({
      type: 'session.fulfilment_due',
      aggregate: ['session', id],
      payload: { sessionId: id, code },
    })
  }
  const waiting = await touch(work, due.refunding)
  await markSessionsRefunded(
    work,
    waiting.map((row) => row.id),
  )
  return opened + ended + resumed.length + waiting.length
}

/**
 * Opens drafts at their start time. If the product is not on sale or the factory is suspended, the session
 * stays a draft that only staff can open, and an attention item is raised.
 */
async function openSessions(work: Work, due: RawBuilder<unknown>): Promise<number> {
  const rows = await moveState(work, sessionMachine, {
    to: sql<SessionStatus>`case when o.active then 'forming' else 'draft' end`,
    from: 'draft',
    stays: true,
    set: { startsAt: sql`case when o.active then t.starts_at end`, updatedAt: work.now },
    with: sql`opening as (
      select id, product_id, factory_id from group_buying_sessions where ${due}
      order by starts_at limit ${MAX_SESSIONS} for no key update skip locked
    ), sold as (
      select o.id, p.status = 'active' and f.status = 'active' as active
      from opening o join products p on p.id = o.product_id join factories f on f.id = o.factory_id
    )`,
    using: sql`sold o`,
    where: sql`t.id = o.id`,
    returning: sql<{ id: string; code: string; status: string }>`t.id, t.code, t.status`,
  })
  for (const { id, code, status } of rows) {
    if (status === 'forming')
      work.emit({ type: 'session.opened', aggregate: ['session', id], payload: { sessionId: id, code } })
    else
      work.requestAttention({
        kind: 'session_not_opened',
        subject: ['session', id],
        message: `${code} could not open, because its product or factory is not active. Activate it and open the session, or cancel the session.`,
        command: `laku sessions open ${code}`,
        details: { code, otherwise: `laku sessions cancel ${code}` },
      })
  }
  return rows.length
}

/**
 * Sets the update time of these sessions, so that the next run of this regular job handles others first. A
 * session that another transaction has locked is left out.
 */
async function touch(work: Work, due: RawBuilder<unknown>): Promise<{ id: string; code: string }[]> {
  const { rows } = await sql<{ id: string; code: string }>`
    with still as (
      select id from group_buying_sessions where ${due} order by updated_at limit ${MAX_SESSIONS} for no key update skip locked
    )
    update group_buying_sessions s set updated_at = ${work.now} from still where s.id = still.id
    returning s.id, s.code`.execute(work.tx)
  return rows
}
