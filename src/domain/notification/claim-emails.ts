import { type RawBuilder, sql } from 'kysely'
import { isPaused, secondsAfter, type Work } from '../kernel/index.ts'
import { usersById } from '../user/index.ts'

export interface ClaimedEmail {
  id: string
  /** Stamps this attempt: only its holder may put it off. */
  attempts: number
  to: string
  title: string
  body: string
  link: string | null
}

// A mail takes at most three waits of 10 s; a worker that died holding it gives it back after this.
const LEASE_S = 90

const isDue = (now: Date) => sql`
  status = 'queued' and next_attempt_at <= ${now} and not (select paused from switches where name = 'email')`

/** Whether there is an email to be sent. */
export function emailsDue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`exists (select from notification_deliveries where ${isDue(now)})`
}

/** Ids of up to `limit` emails to be sent, the longest waiting first. */
export async function dueEmails(work: Work, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from notification_deliveries where ${isDue(work.now)} order by next_attempt_at limit ${limit}
  `.execute(work.tx)
  return rows.map(({ id }) => id)
}

type ClaimedRow = Omit<ClaimedEmail, 'to'> & { userId: string }

/** Takes those of the emails that are due and that nobody else is sending; whose reader has no address any more is skipped. */
export async function claimEmails(work: Work, ids: readonly string[]): Promise<ClaimedEmail[]> {
  if (await isPaused(work.tx, 'email')) return []
  const { rows } = await sql<ClaimedRow>`
    update notification_deliveries d
    set attempts = d.attempts + 1, next_attempt_at = ${secondsAfter(work.now, LEASE_S)}, updated_at = ${work.now}
    from notifications n, (
      select id from notification_deliveries
      where id = any(${ids}::uuid[]) and status = 'queued' and next_attempt_at <= ${work.now}
      order by id for update skip locked
    ) due
    where d.id = due.id and n.id = d.notification_id
    returning d.id, d.attempts, n.user_id, n.title, n.body, n.link`.execute(work.tx)
  const readers = await usersById(work.tx, [...new Set(rows.map(({ userId }) => userId))])
  const addressed = rows.map((row) => ({ ...row, to: readers.get(row.userId)?.email ?? null }))
  await skip(
    work,
    addressed.filter(({ to }) => to === null).map(({ id }) => id),
  )
  return addressed.flatMap((row) => (row.to === null ? [] : [{ ...row, to: row.to }]))
}

async function skip(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update notification_deliveries set status = 'skipped', next_attempt_at = null
    where id = any(${ids}::uuid[]) and status = 'queued'`.execute(work.tx)
}
