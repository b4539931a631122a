import { sql } from 'kysely'
import { asRecords, requireCustomer, type Tx, type Work } from '../kernel/index.ts'
import { type NoticeChannel, type NoticeKind, noticeChannels, noticeKinds } from './kinds.ts'

export interface Preference {
  kind: NoticeKind
  channel: NoticeChannel
  wanted: boolean
}

/**
 * Returns the default preferences: every kind of notice is wanted on every channel until a customer declines
 * it.
 */
const all = (): Preference[] =>
  noticeKinds.flatMap((kind) => noticeChannels.map((channel) => ({ kind, channel, wanted: true })))

/**
 * Returns which notices the acting customer wants, for every kind of notice and every channel. The inbox gets
 * every notice.
 * @throws kernel.forbidden
 */
export async function getPreferences(work: Work): Promise<Preference[]> {
  const userId = requireCustomer(work.actor)
  const unwanted = await unwantedBy(work.tx, [userId])
  return all().map((preference) => ({
    ...preference,
    wanted: !unwanted.has(keyOf(userId, preference.kind, preference.channel)),
  }))
}

/**
 * Changes the given preferences of the acting customer, and leaves the others unchanged.
 * @throws kernel.forbidden
 */
export async function setPreferences(work: Work, changes: readonly Preference[]): Promise<Preference[]> {
  const userId = requireCustomer(work.actor)
  // If a customer changes the same kind of notice twice for one channel, only the last change is written,
  // because one SQL statement may not change a row twice.
  const last = new Map(changes.map((change) => [`${change.kind} ${change.channel}`, { userId, ...change }]))
  await sql`
    insert into notification_preferences (user_id, kind, channel, wanted)
    select user_id, kind, channel, wanted
    from jsonb_populate_recordset(null::notification_preferences, ${asRecords([...last.values()])}::jsonb)
    on conflict (user_id, kind, channel) do update set wanted = excluded.wanted`.execute(work.tx)
  return await getPreferences(work)
}

export const keyOf = (userId: string, kind: NoticeKind, channel: NoticeChannel) =>
  `${userId} ${kind} ${channel}`

/**
 * Returns which kinds of notices these users do not want, and on which channel. Each item is a text of user,
 * kind and channel, as `keyOf` builds it.
 */
export async function unwantedBy(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ userId: string } & Preference>`
    select user_id, kind, channel from notification_preferences
    where user_id = any(${[...userIds]}::uuid[]) and not wanted`.execute(tx)
  return new Set(rows.map(({ userId, kind, channel }) => keyOf(userId, kind, channel)))
}
