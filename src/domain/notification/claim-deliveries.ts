import { type RawBuilder, sql } from 'kysely'
import { moveState, secondsAfter, type Work } from '../kernel/index.ts'
import { isPaused } from '../ops/index.ts'
import { deliveryMachine } from './transitions.ts'

export type DeliveryChannel = 'email' | 'push'

/** A notice to be sent by one channel (a delivery), which this worker has reserved. */
export interface ClaimedDelivery {
  id: string
  /**
   * The number of attempts to send this delivery, the present attempt included. Only the worker whose attempt
   * has this number may postpone the delivery.
   */
  attempts: number
  userId: string
  title: string
  body: string
  link: string | null
}

// The time (s) for which one worker reserves a delivery. It is long enough, because sending takes at most
// three times 10 s. If the worker dies, another worker may send the delivery after this time.
const LEASE_S = 90

/**
 * An SQL condition: a notice's delivery by this channel is due. No email is due while staff have paused
 * emails. Push messages cannot be paused.
 */
const isDue = (channel: DeliveryChannel, now: Date) => sql`
  channel = ${channel} and status = 'queued' and next_attempt_at <= ${now}
  and not exists (select from switches where name = ${channel} and paused)`

/** Returns an SQL condition that is true while a delivery is due on this channel. */
export function deliveriesDue(channel: DeliveryChannel, now: Date): RawBuilder<boolean> {
  return sql<boolean>`exists (select from notification_deliveries where ${isDue(channel, now)})`
}

/** Returns the ids of up to `limit` deliveries that are due on this channel, the longest waiting first. */
export async function dueDeliveries(work: Work, channel: DeliveryChannel, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from notification_deliveries where ${isDue(channel, work.now)} order by next_attempt_at limit ${limit}
  `.execute(work.tx)
  return rows.map(({ id }) => id)
}

/**
 * Reserves deliveries of notices for this worker. Leaves out those that are not due and those that another
 * worker is sending.
 */
export async function claimDeliveries(
  work: Work,
  channel: DeliveryChannel,
  ids: readonly string[],
): Promise<ClaimedDelivery[]> {
  if (channel === 'email' && (await isPaused(work.tx, 'email'))) return []
  const { rows } = await sql<ClaimedDelivery>`
    update notification_deliveries d
    set attempts = d.attempts + 1, next_attempt_at = ${secondsAfter(work.now, LEASE_S)}, updated_at = ${work.now}
    from notifications n, (
      select id from notification_deliveries
      where id = any(${[...ids]}::uuid[]) and channel = ${channel} and status = 'queued' and next_attempt_at <= ${work.now}
      order by id for update skip locked
    ) due
    where d.id = due.id and n.id = d.notification_id
    returning d.id, d.attempts, n.user_id, n.title, n.body, n.link`.execute(work.tx)
  return rows
}

/** Marks these deliveries of notices as skipped, because their notices no longer have a recipient. */
export async function skipDeliveries(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await moveState(work, deliveryMachine, {
    to: 'skipped',
    ids,
    set: { nextAttemptAt: null, updatedAt: work.now },
  })
}
