import { sql } from 'kysely'
import { insertRows, newId, type Work } from '../kernel/index.ts'
import { type User, usersById } from '../user/index.ts'
import { queueMessages } from '../whatsapp/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'
import { kindOf, type NoticeChannel, type NoticeKind } from './kinds.ts'
import { isNoticeEvent, isSessionEvent } from './notice-rules.ts'
import { keyOf, unwantedBy } from './preferences.ts'
import { sendableFrom } from './quiet-hours.ts'
import {
  isWanted,
  type NoticedEvent,
  paymentAskedFor,
  type WrittenNotice,
  writeNotice,
} from './write-notice.ts'

/**
 * The name of the WhatsApp template for notices, which Meta approved in Indonesian and English. In it, {{1}}
 * is the title of the notice, {{2}} its body, {{3}} its link.
 */
const WHATSAPP_TEMPLATE = 'laku_notice'

interface Notice extends WrittenNotice {
  id: string
  /** The idempotency key: notices with the same key are sent once. */
  dedupeKey: string
  template: string
  kind: NoticeKind
  /**
   * Whether the notice asks the buyer for a payment that expires soon. Such a notice is sent even in quiet
   * hours.
   */
  isPressing?: boolean
  reader: Reader
}

type Reader = User & { phone: string }

/** Reads the buyers who have a paid place in these sessions. */
export type ReadBuyers = (
  work: Work,
  sessionIds: readonly string[],
) => Promise<{ sessionId: string; userId: string }[]>

/**
 * Notifies buyers of events: in their inbox, and by each channel that they chose. Repeated calls for an event
 * send its notice once. Links in notices begin with `publicUrl`; `readBuyers` finds the buyers of a session.
 */
export async function notifyOf(
  work: Work,
  eventIds: readonly string[],
  { publicUrl, readBuyers }: { publicUrl: string; readBuyers: ReadBuyers },
): Promise<void> {
  const noticedEvents = await currentNotices(work, eventIds, readBuyers)
  const readers = await readersById(
    work,
    noticedEvents.map(({ payload }) => payload.userId),
  )
  const notices = noticedEvents.flatMap((update): Notice[] => {
    const reader = readers.get(update.payload.userId)
    if (!reader) return []
    const written = writeNotice(update, reader.locale, publicUrl)
    return [
      {
        id: newId(),
        dedupeKey: isSessionEvent(update.type) ? `event:${update.id}:${reader.id}` : `event:${update.id}`,
        template: update.type,
        kind: kindOf(update.type),
        isPressing: paymentAskedFor(update) !== undefined,
        reader,
        ...written,
      },
    ]
  })
  await deliver(work, notices, publicUrl)
}

/** Returns, by id, the given users who can be notified. A deleted user has no phone and gets no notices. */
export async function readersById(work: Work, userIds: readonly string[]): Promise<Map<string, Reader>> {
  const users = await usersById(work.tx, [...new Set(userIds)])
  return new Map(
    [...users].flatMap(([id, user]) =>
      user.phone === null ? [] : [[id, { ...user, phone: user.phone }] as const],
    ),
  )
}

/**
 * Writes notices into the inboxes of their readers. Queues each notice that was not in the inbox yet, for
 * every channel on which its reader wants it. Returns the ids of the new notices.
 */
export async function deliver(work: Work, notices: readonly Notice[], publicUrl: string): Promise<string[]> {
  const fresh = await fillInboxes(work, notices)
  const unwanted = await unwantedBy(
    work.tx,
    fresh.map(({ reader }) => reader.id),
  )
  const by = (channel: NoticeChannel) =>
    fresh.filter(({ reader, kind }) => !unwanted.has(keyOf(reader.id, kind, channel)))
  await queueMessages(
    work,
    by('whatsapp').map((notice) => ({
      dedupeKey: `notice:${notice.dedupeKey}`,
      to: notice.reader.phone,
      userId: notice.reader.id,
      template: WHATSAPP_TEMPLATE,
      language: notice.reader.locale,
      params: [notice.title, notice.body, notice.link ?? publicUrl],
      notBefore: sendableFrom(notice, work.now, work.policy),
    })),
  )
  await queueDeliveries(
    work,
    'email',
    by('email').filter(({ reader }) => reader.email !== null),
  )
  await queueDeliveries(work, 'push', await withBrowser(work, by('push')))
  return fresh.map(({ id }) => id)
}

async function withBrowser(work: Work, notices: readonly Notice[]): Promise<Notice[]> {
  if (notices.length === 0) return []
  const { rows } = await sql<{ userId: string }>`
    select distinct user_id from push_subscriptions
    where user_id = any(${notices.map(({ reader }) => reader.id)}::uuid[])`.execute(work.tx)
  const reachable = new Set(rows.map((row) => row.userId))
  return notices.filter(({ reader }) => reachable.has(reader.id))
}

/**
 * Returns the given events that lead to a notice. An event whose notice asks for a payment is left out once
 * that payment is paid or has ended.
 */
async function currentNotices(
  work: Work,
  eventIds: readonly string[],
  readBuyers: ReadBuyers,
): Promise<NoticedEvent[]> {
  const { rows } = await sql<{ id: string; type: string; payload: unknown }>`
    select id, type, payload from events where id = any(${eventIds}::uuid[]) order by id`.execute(work.tx)
  const noticed = rows.filter(({ type }) => isNoticeEvent(type))
  const ofSessions = noticed.filter(({ type }) => isSessionEvent(type))
  // The cast is safe: `emit` wrote each payload together with its event type.
  const noticedEvents = [
    ...noticed.filter((row) => !ofSessions.includes(row)),
    ...(await toEachBuyer(work, ofSessions, readBuyers)),
  ] as NoticedEvent[]
  const wanted = noticedEvents.filter(isWanted)
  const asked = wanted.flatMap((noticedEvent) => paymentAskedFor(noticedEvent) ?? [])
  const over = await paymentsOver(work, asked)
  return wanted.filter((noticedEvent) => !over.has(paymentAskedFor(noticedEvent) ?? ''))
}

/** Returns the events of whole sessions, repeated for every buyer with a paid place in the session. */
async function toEachBuyer(
  work: Work,
  events: readonly { id: string; type: string; payload: unknown }[],
  readBuyers: ReadBuyers,
): Promise<unknown[]> {
  if (events.length === 0) return []
  const sessionOf = ({ payload }: { payload: unknown }) => (payload as { sessionId: string }).sessionId
  const buyers = await readBuyers(work, [...new Set(events.map(sessionOf))])
  return buyers.flatMap(({ sessionId, userId }) =>
    events
      .filter((event) => sessionOf(event) === sessionId)
      .map((event) => ({ ...event, payload: { ...(event.payload as object), userId } })),
  )
}

async function paymentsOver(work: Work, paymentIds: readonly string[]): Promise<Set<string>> {
  if (paymentIds.length === 0) return new Set()
  const { rows } = await sql<{ aggregateId: string }>`
    select aggregate_id from events
    where aggregate_id = any(${paymentIds}::uuid[])
      and type in ('payment.paid', 'payment.expired', 'payment.withdrawn')`.execute(work.tx)
  return new Set(rows.map(({ aggregateId }) => aggregateId))
}

/** Writes notices into buyers' inboxes. Returns the notices that were not in the inbox before. */
async function fillInboxes(work: Work, notices: readonly Notice[]): Promise<Notice[]> {
  const rows = notices.map(({ id, dedupeKey, template, reader, title, body, link }) => ({
    id,
    userId: reader.id,
    dedupeKey,
    template,
    locale: reader.locale,
    title,
    body,
    link,
    createdAt: work.now,
  }))
  const options = { onConflictDoNothing: true, returning: 'id' }
  const fresh = new Set(await insertRows(work.tx, 'notifications', rows, options))
  return notices.filter(({ id }) => fresh.has(id))
}

async function queueDeliveries(
  work: Work,
  channel: DeliveryChannel,
  notices: readonly Notice[],
): Promise<void> {
  const rows = notices.map((notice) => ({
    id: newId(),
    notificationId: notice.id,
    channel,
    status: 'queued',
    attempts: 0,
    nextAttemptAt: sendableFrom(notice, work.now, work.policy) ?? work.now,
    updatedAt: work.now,
  }))
  await insertRows(work.tx, 'notificationDeliveries', rows)
  announce(
    work,
    channel,
    rows.map(({ id }) => id),
  )
}

/**
 * Emits an event for each delivery of a notice; the event starts the job that sends the channel's messages. A
 * regular job finds deliveries that become due later.
 */
export function announce(work: Work, channel: DeliveryChannel, deliveryIds: readonly string[]): void {
  const type = channel === 'email' ? 'notification.email_queued' : 'notification.push_queued'
  work.emit(
    ...deliveryIds.map((id) => ({
      type: type as 'notification.email_queued',
      aggregate: ['notification_delivery', id] as const,
      payload: { deliveryId: id },
    })),
  )
}
