import { sql } from 'kysely'
import { idOrCode, inSql, pageOf, type Tx } from '../kernel/index.ts'
import { groupBuyingErrors } from './errors.ts'
import { fulfilmentStates, type SessionStatus } from './transitions.ts'
import { type SessionView, sessionViews } from './views.ts'

export interface SessionFilter {
  status?: SessionStatus | undefined
  /** Whether draft sessions are listed, too: staff may see them, buyers may not. */
  withDrafts?: boolean
  limit: number
  cursor?: string | undefined
}

/** Lists sessions, newest first, a keyset page at a time. */
export async function listSessions(
  tx: Tx,
  filter: SessionFilter,
): Promise<{ data: SessionView[]; nextCursor: string | null }> {
  const conditions = [
    filter.status ? sql<boolean>`s.status = ${filter.status}` : sql<boolean>`true`,
    filter.withDrafts ? sql<boolean>`true` : sql<boolean>`s.status <> 'draft'`,
    filter.cursor ? sql<boolean>`s.id < ${filter.cursor}` : sql<boolean>`true`,
  ]
  const rows = await sessionViews(tx, sql<boolean>`${sql.join(conditions, sql` and `)}`, filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}

/**
 * Returns one session by its id or its code.
 * @throws group_buying.session_not_found, for a draft too unless `withDrafts`
 */
export async function getSession(
  tx: Tx,
  named: string,
  options: { withDrafts?: boolean } = {},
): Promise<SessionView> {
  const key = idOrCode(named)
  const where = 'id' in key ? sql<boolean>`s.id = ${key.id}` : sql<boolean>`s.code = ${key.code}`
  const [session] = await sessionViews(tx, where, 1)
  if (!session || (session.status === 'draft' && !options.withDrafts)) {
    throw groupBuyingErrors.session_not_found({ session: named })
  }
  return session
}

/**
 * Returns the sessions that are not over, for staff to watch. Forming sessions come first, the nearest end
 * first; then sessions in fulfilment.
 */
export async function liveSessions(tx: Tx, limit: number): Promise<SessionView[]> {
  const { rows } = await sql<{ id: string }>`
    (select id from group_buying_sessions where status = 'forming' order by ends_at limit ${limit})
    union all
    (select id from group_buying_sessions where status in ${inSql(fulfilmentStates)}
      order by updated_at limit ${limit})
    limit ${limit}`.execute(tx)
  const ids = rows.map((row) => row.id)
  const views = await sessionViews(tx, sql<boolean>`s.id = any(${ids}::uuid[])`, limit)
  return views.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
}
