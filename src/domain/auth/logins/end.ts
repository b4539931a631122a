import { type Kysely, sql } from 'kysely'
import { type DB, type EventOf, requireCustomer, type Work } from '../../kernel/index.ts'

/**
 * Ends a log-in. Its refresh tokens end at once. Its access tokens end when the HTTP server next reads the
 * list of ended log-ins.
 */
export async function endAuthSession(
  work: Work,
  authSessionId: string,
  because: 'logout' | 'reuse' | 'suspended',
): Promise<void> {
  await work.tx
    .updateTable('authSessions')
    .set({ endedAt: work.now, endedBecause: because })
    .where('id', '=', authSessionId)
    .where('endedAt', 'is', null)
    .execute()
}

/**
 * Ends a log-in of the acting customer. A log-in that has ended, or that belongs to another customer, stays
 * unchanged.
 * @throws kernel.forbidden
 */
export async function logout(work: Work, { authSessionId }: { authSessionId: string }): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from auth_sessions
    where id = ${authSessionId} and user_id = ${requireCustomer(work.actor)}`.execute(work.tx)
  if (rows[0]) await endAuthSession(work, rows[0].id, 'logout')
}

/** Reacts to user.suspended and user.deleted: ends every log-in of these users. */
export async function endLoginsOf(
  work: Work,
  events: EventOf<'user.suspended' | 'user.deleted'>[],
): Promise<void> {
  const userIds = events.map((event) => event.payload.userId)
  await sql`
    update auth_sessions set ended_at = ${work.now}, ended_because = 'suspended'
    where user_id = any(${userIds}::uuid[]) and ended_at is null`.execute(work.tx)
}

/**
 * Reacts to way_in.changed and way_in.stopped: ends the log-ins of a user whose phone number or email address
 * was replaced. Also ends them if a change of the user's data was stopped. The user must log in again.
 */
export async function endChangedLogins(
  work: Work,
  events: EventOf<'way_in.changed' | 'way_in.stopped'>[],
): Promise<void> {
  const userIds = events.filter(endsLogins).map(({ payload }) => payload.subjectId)
  if (userIds.length === 0) return
  await sql`
    update auth_sessions set ended_at = ${work.now}, ended_because = 'changed'
    where user_id = any(${userIds}::uuid[]) and ended_at is null`.execute(work.tx)
}

/** Whether the log-ins of a user end with this change of a phone or email, or with this stop. */
export function endsLogins({ payload }: EventOf<'way_in.changed' | 'way_in.stopped'>): boolean {
  if (payload.subjectKind !== 'user') return false
  return !('way' in payload) || (payload.replaced && payload.way !== 'bank_account')
}

/** Returns the ids of the log-ins that ended since this time: their access tokens are no longer valid. */
export async function endedSessionsSince(db: Kysely<DB>, since: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from auth_sessions where ended_at >= ${since}`.execute(db)
  return rows.map(({ id }) => id)
}
