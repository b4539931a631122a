import { sql } from 'kysely'
import { insertRows, newId, type Work } from '../kernel/index.ts'
import { type User, usersById } from '../user/index.ts'
import { queueMessages } from '../whatsapp/index.ts'
import { isNoticeEvent } from './notice-rules.ts'
import { isWanted, type News, paymentAskedFor, type WrittenNotice, writeNotice } from './write-notice.ts'

/** Approved by Meta in both languages: {{1}} is what happened, {{2}} what it means, {{3}} where to go on. */
const WHATSAPP_TEMPLATE = 'laku_notice'

interface Notice extends WrittenNotice {
  id: string
  news: News
  reader: User & { phone: string }
}

/**
 * Tells buyers of events: a line in their inbox, a WhatsApp message, and an email where they have one. An event is told
 * once, however often it is asked for. `publicUrl` is the base of the links.
 */
export async function notifyOf(work: Work, eventIds: readonly string[], publicUrl: string): Promise<void> {
  const news = await currentNews(work, eventIds)
  const readers = await usersById(work.tx, [...new Set(news.map(({ payload }) => payload.userId))])
  const notices = news.flatMap((one): Notice[] => {
    const reader = readers.get(one.payload.userId)
    // A deleted user has no phone, and nothing to be told.
    if (!reader?.phone) return []
    const written = writeNotice(one, reader.locale, publicUrl)
    return [{ id: newId(), news: one, reader: { ...reader, phone: reader.phone }, ...written }]
  })
  const fresh = await fillInboxes(work, notices)
  await queueMessages(
    work,
    fresh.map(({ news, reader, title, body, link }) => ({
      dedupeKey: `notice:${news.id}`,
      to: reader.phone,
      template: WHATSAPP_TEMPLATE,
      language: reader.locale,
      params: [title, body, link ?? publicUrl],
    })),
  )
  await queueEmails(
    work,
    fresh.filter(({ reader }) => reader.email !== null),
  )
}

/** Of these events those that somebody is to hear of, and that still ask for a payment if they do. */
async function currentNews(work: Work, eventIds: readonly string[]): Promise<News[]> {
  const { rows } = await sql<{ id: string; type: string; payload: unknown }>`
    select id, type, payload from events where id = any(${eventIds}::uuid[]) order by id`.execute(work.tx)
  // The payload was written with its type, by `emit`.
  const news = rows.filter(({ type }) => isNoticeEvent(type)).map((row) => row as News)
  const wanted = news.filter(isWanted)
  const asked = wanted.flatMap((one) => paymentAskedFor(one) ?? [])
  const over = await paymentsOver(work, asked)
  return wanted.filter((one) => !over.has(paymentAskedFor(one) ?? ''))
}

async function paymentsOver(work: Work, paymentIds: readonly string[]): Promise<Set<string>> {
  if (paymentIds.length === 0) return new Set()
  const { rows } = await sql<{ aggregateId: string }>`
    select aggregate_id from events
    where aggregate_id = any(${paymentIds}::uuid[])
      and type in ('payment.paid', 'payment.expired', 'payment.withdrawn')`.execute(work.tx)
  return new Set(rows.map(({ aggregateId }) => aggregateId))
}

/** Returns those that were not there yet. */
async function fillInboxes(work: Work, notices: readonly Notice[]): Promise<Notice[]> {
  const rows = notices.map(({ id, news, reader, title, body, link }) => ({
    id,
    userId: reader.id,
    dedupeKey: `event:${news.id}`,
    template: news.type,
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

async function queueEmails(work: Work, notices: readonly Notice[]): Promise<void> {
  const rows = notices.map(({ id }) => ({
    id: newId(),
    notificationId: id,
    channel: 'email',
    status: 'queued',
    attempts: 0,
    nextAttemptAt: work.now,
    updatedAt: work.now,
  }))
  await insertRows(work.tx, 'notificationDeliveries', rows)
  work.emit(
    ...rows.map(({ id }) => ({
      type: 'notification.email_queued' as const,
      aggregate: ['notification_delivery', id] as const,
      payload: { deliveryId: id },
    })),
  )
}
