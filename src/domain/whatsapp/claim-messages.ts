import { type RawBuilder, sql } from 'kysely'
import { isPaused, secondsAfter, type Work } from '../kernel/index.ts'
import { failMessages } from './fail-messages.ts'

export interface ClaimedMessage {
  id: string
  toPhone: string
  template: string | null
  language: string
  params: string[]
  sealedParams: string | null
  body: string | null
  /** Stamps this attempt: only its holder may record the outcome. */
  attempts: number
  sendBy: Date | null
}

// A call ends within 10 s; a worker that died holding a message gives it back after this.
const LEASE_S = 60

/** A message whose time has come; while staff have paused WhatsApp, only one whose time is over. */
const isDue = (now: Date) => sql`
  status = 'queued' and next_attempt_at <= ${now}
  and (send_by <= ${now} or not (select paused from switches where name = 'whatsapp'))`

/** Whether there is a message to be sent, or to be failed because its time is over. */
export function messagesDue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`exists (select from whatsapp_messages where ${isDue(now)})`
}

/** Ids of up to `limit` messages to be sent or failed, the longest waiting first. */
export async function dueMessages(work: Work, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from whatsapp_messages where ${isDue(work.now)} order by next_attempt_at limit ${limit}
  `.execute(work.tx)
  return rows.map(({ id }) => id)
}

/**
 * Takes those of the messages that are due and that nobody else is sending. One that is past its time fails instead.
 * They are due again when the lease is over, should this worker die: a notice twice is better than none.
 */
export async function claimMessages(work: Work, ids: readonly string[]): Promise<ClaimedMessage[]> {
  const { now, tx } = work
  const late = await sql<{ id: string }>`
    select id from whatsapp_messages
    where id = any(${ids}::uuid[]) and status = 'queued' and next_attempt_at <= ${now} and send_by <= ${now}
    for update skip locked`.execute(tx)
  await failMessages(
    work,
    late.rows.map(({ id }) => ({ id, failureCode: 'too_late' })),
  )
  if (await isPaused(tx, 'whatsapp')) return []
  const { rows } = await sql<ClaimedMessage>`
    update whatsapp_messages m
    set attempts = m.attempts + 1, next_attempt_at = ${secondsAfter(now, LEASE_S)}, updated_at = ${now}
    from (
      select id from whatsapp_messages
      where id = any(${ids}::uuid[]) and status = 'queued' and next_attempt_at <= ${now}
      order by id for update skip locked
    ) due
    where m.id = due.id
    returning m.id, m.to_phone, m.template, m.language, m.params, m.sealed_params, m.body, m.attempts, m.send_by
  `.execute(tx)
  return rows
}
