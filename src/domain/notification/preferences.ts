import { sql } from 'kysely'
import { asRecords, requireCustomer, type Tx, type Work } from '../kernel/index.ts'
import { type NoticeChannel, type NoticeKind, noticeChannels, noticeKinds } from './kinds.ts'

export interface Preference {
  kind: NoticeKind
  channel: NoticeChannel
  wanted: boolean
}

/** Everything is wanted until it is not. */
const all = (): Preference[] =>
  noticeKinds.flatMap((kind) => noticeChannels.map((channel) => ({ kind, channel, wanted: true })))

/**
 * Returns what the acting customer wants to hear by each channel: every kind and channel. The inbox has
 * everything.
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
 * Changes those preferences that are given, and leaves the rest.
 * @throws kernel.forbidden
 */
export async function setPreferences(work: Work, changes: readonly Preference[]): Promise<Preference[]> {
  const userId = requireCustomer(work.actor)
  // The last one of a kind and channel holds; a statement may not touch a row twice.
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

/** By `keyOf`: what these users do not want to hear. */
export async function unwantedBy(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ userId: string } & Preference>`
    select user_id, kind, channel from notification_preferences
    where user_id = any(${[...userIds]}::uuid[]) and not wanted`.execute(tx)
  return new Set(rows.map(({ userId, kind, channel }) => keyOf(userId, kind, channel)))
}
