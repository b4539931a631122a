import { type RawBuilder, sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { isSetAside } from '../ops/index.ts'

/**
 * Starts to close a user's account. From now on the user cannot join sessions, order or withdraw. The money
 * in the wallet is paid out to the user; after that the account is erased.
 */
export async function startClosing(work: Work, userId: string): Promise<void> {
  await sql`
    update users set closing_since = coalesce(closing_since, ${work.now}), closing_due_at = null, updated_at = ${work.now}
    where id = ${userId} and status <> 'deleted'`.execute(work.tx)
}

/**
 * Stops closing the accounts of these users, because the money that was paid out of their wallets came back.
 */
export async function stopClosing(work: Work, userIds: readonly string[]): Promise<void> {
  await sql`
    update users set closing_since = null, closing_due_at = null, updated_at = ${work.now}
    where id = any(${userIds}::uuid[]) and closing_since is not null`.execute(work.tx)
}

/**
 * Schedules the erasure of these users' accounts for the time `at`, because the money from their wallets has
 * arrived. An account that cannot be erased at that time is checked again later.
 */
export async function scheduleClosing(work: Work, userIds: readonly string[], at: Date): Promise<void> {
  await sql`
    update users set closing_due_at = ${at} where id = any(${userIds}::uuid[]) and closing_since is not null`.execute(
    work.tx,
  )
}

/** True when a user's account is due to be erased. The index `users_closing_due` makes the query fast. */
export const closingsDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from users u where u.closing_due_at <= ${now} and not ${isSetAside(sql`u.id`, now)})`

/** Returns the ids of users whose account is due to be erased, those that wait longest first. */
export async function dueClosings({ tx, now }: Work, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select u.id from users u where u.closing_due_at <= ${now} and not ${isSetAside(sql`u.id`, now)}
    order by u.closing_due_at limit ${limit}`.execute(tx)
  return rows.map((row) => row.id)
}

/**
 * Returns the time since which a user's account is being closed, and the time at which it is due to be
 * erased.
 */
export async function closingOf(
  { tx }: Work,
  userId: string,
): Promise<{ since: Date | null; dueAt: Date | null }> {
  const { rows } = await sql<{ since: Date | null; dueAt: Date | null }>`
    select closing_since as since, closing_due_at as due_at from users where id = ${userId}`.execute(tx)
  return rows[0] ?? { since: null, dueAt: null }
}
