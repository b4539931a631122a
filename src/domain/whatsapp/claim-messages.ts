import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../kernel/index.ts'
import { isPaused } from '../ops/index.ts'
import { failMessages } from './fail-messages.ts'
import { holdBack } from './holds.ts'
import { SECRET_PLACE } from './secret-params.ts'

export interface ClaimedMessage {
  id: string
  toPhone: string
  template: string | null
  language: string
  params: string[]
  sealedParams: string | null
  body: string | null
  /**
   * The number of this attempt to send the message. Only the worker that made this attempt may record its
   * outcome.
   */
  attempts: number
  sendBy: Date | null
}

// The time (seconds) for which no other worker may claim a claimed message. A call to WhatsApp ends within 10
// s. So a worker that has not finished after this time must have died, and another worker may claim the
// message.
const LEASE_S = 60

/**
 * Returns the SQL condition for a WhatsApp message that is due. While staff have paused WhatsApp, only
 * messages whose `send_by` time has passed are due: they are marked as failed.
 */
const isDue = (now: Date) => sql`
  status = 'queued' and next_attempt_at <= ${now}
  and (send_by <= ${now} or not (select paused from switches where name = 'whatsapp'))`

/**
 * Returns a query for the messages that are sent now to test whether WhatsApp accepts messages again. After a
 * refusal by WhatsApp, a hold keeps messages back. The oldest message of the hold is sent as the test.
 */
const probesDue = (now: Date) => sql`
  select p.id from whatsapp_holds h cross join lateral (
    select m.id from whatsapp_messages m
    where m.held_scope = h.scope and m.status = 'queued' order by m.created_at limit 1
  ) p where h.probe_at <= ${now} and not (select paused from switches where name = 'whatsapp')`

/**
 * Tells whether a WhatsApp message is due to be sent, or to be marked as failed because its `send_by` time
 * has passed.
 */
export function messagesDue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`(exists (select from whatsapp_messages where ${isDue(now)}) or exists (${probesDue(now)}))`
}

/**
 * Returns the ids of up to `limit` WhatsApp messages that are due. The messages that have been due for the
 * longest time are taken first.
 */
export async function dueMessages(work: Work, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    (select id from whatsapp_messages where ${isDue(work.now)} order by next_attempt_at limit ${limit})
    union all ${probesDue(work.now)}`.execute(work.tx)
  return rows.map(({ id }) => id)
}

/**
 * Claims the messages that are due and that no other worker is sending. Messages past their `send_by` time
 * are marked as failed. A recipient gets the first policy.whatsappBurst messages at once, then one message
 * every policy.whatsappPaceS seconds. All further messages are postponed, because Meta allows one every 6
 * seconds and refuses more with error 131056.
 */
export async function claimMessages(work: Work, ids: readonly string[]): Promise<ClaimedMessage[]> {
  const { now, tx } = work
  const late = await sql<{ id: string }>`
    select id from whatsapp_messages
    where id = any(${ids}::uuid[]) and status = 'queued' and next_attempt_at <= ${now}
      and (send_by <= ${now} or sealed_params is null and params @> ${JSON.stringify([SECRET_PLACE])}::jsonb)
    for update skip locked`.execute(tx)
  await failMessages(
    work,
    late.rows.map(({ id }) => ({ id, failureCode: 'too_late' })),
  )
  if (await isPaused(tx, 'whatsapp')) return []
  await holdBack(work, ids)
  const burstS = (work.policy.whatsappBurst - 1) * work.policy.whatsappPaceS
  const paceS = work.policy.whatsappPaceS
  const { rows } = await sql<ClaimedMessage>`
    with due as (
      select id, to_phone, created_at, sealed_params is not null as secret from whatsapp_messages
      where id = any(${ids}::uuid[]) and status = 'queued' and next_attempt_at <= ${now}
      order by id for update skip locked
    ), ranked as (
      -- A code goes before a notice.
      select id, to_phone, row_number() over (partition by to_phone order by secret desc, created_at, id) - 1 as before from due
    ), slots as (
      select r.id, r.to_phone,
        greatest(coalesce(p.next_at, ${now}::timestamptz), ${now}) + r.before * make_interval(secs => ${paceS}) as at
      from ranked r left join whatsapp_pace p on p.to_phone = r.to_phone
    ), fits as (
      select id, to_phone, at from slots where at <= ${now}::timestamptz + make_interval(secs => ${burstS})
    ), paced as (
      insert into whatsapp_pace (to_phone, next_at)
      select to_phone, max(at) + make_interval(secs => ${paceS}) from fits group by to_phone order by to_phone
      on conflict (to_phone) do update set next_at = greatest(whatsapp_pace.next_at, excluded.next_at)
    ), put_off as (
      update whatsapp_messages m set next_attempt_at = s.at - make_interval(secs => ${burstS})
      from slots s where m.id = s.id and not exists (select from fits f where f.id = s.id)
    )
    update whatsapp_messages m
    set attempts = m.attempts + 1, next_attempt_at = ${secondsAfter(now, LEASE_S)}, updated_at = ${now}
    from fits f where m.id = f.id
    returning m.id, m.to_phone, m.template, m.language, m.params, m.sealed_params, m.body, m.attempts, m.send_by
  `.execute(tx)
  return rows
}

/**
 * Deletes up to `limit` old rows of the table `whatsapp_pace`. For each phone number, a row stores the time
 * from which the next message may be sent. If this time passed over an hour ago, the row is useless. Returns
 * how many rows were deleted.
 */
export async function prunePace(work: Work, limit: number): Promise<number> {
  const result = await sql`
    delete from whatsapp_pace where to_phone in (
      select to_phone from whatsapp_pace where next_at < ${secondsAfter(work.now, -3_600)} order by next_at limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
