import { sql } from 'kysely'
import { LOGIN_REFUSED } from '../../providers/email/facts.ts'
import { secondsAfter, type Work } from '../kernel/index.ts'
import { settleAttention } from '../ops/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'
import { reportDeliveryFailure } from './report-failure.ts'

// The first and the longest wait before a held delivery is retried. A person fixes a wrong password within
// minutes, or on Monday.
const PROBE_FIRST_S = 60
const PROBE_MOST_S = 900

/** Whether a refusal is about laku's account at the channel's provider, and not about the one delivery. */
export const isOfAccount = (channel: DeliveryChannel, code: string): boolean =>
  channel === 'email' && LOGIN_REFUSED.includes(code)

/**
 * Holds back a delivery that was refused for a reason outside itself, and the deliveries queued behind it.
 * This delivery is retried after 1, 2, 4 … 15 minutes, and all are sent once one succeeds. However many
 * deliveries wait, they raise one attention item.
 */
export async function holdUp(
  work: Work,
  channel: DeliveryChannel,
  { id, attempts, code }: { id: string; attempts: number; code: string },
): Promise<void> {
  const waitS = Math.min(PROBE_MOST_S, PROBE_FIRST_S * 2 ** Math.min(attempts - 1, 10))
  const [probeAt, othersAt] = [secondsAfter(work.now, waitS), secondsAfter(work.now, PROBE_MOST_S)]
  await sql`
    update notification_deliveries set next_attempt_at = ${probeAt}, failure_code = ${code}, updated_at = ${work.now}
    where id = ${id}::uuid and status = 'queued' and attempts = ${attempts}`.execute(work.tx)
  await sql`
    update notification_deliveries set next_attempt_at = ${othersAt}, failure_code = ${code}
    where id in (
      select id from notification_deliveries
      where channel = ${channel} and status = 'queued' and next_attempt_at <= ${work.now} and id <> ${id}::uuid
      order by id for update skip locked)`.execute(work.tx)
  reportDeliveryFailure(work, channel, id, code)
}

/**
 * Releases the held deliveries after a delivery was sent. It runs after each success, and does nothing unless
 * there is an open attention item.
 */
export async function endHold(work: Work, channel: DeliveryChannel): Promise<void> {
  if (channel !== 'email') return
  const { rows } = await sql<{ code: string }>`
    select subject_id as code from attention
    where kind = 'email.failed' and subject_id = any(${LOGIN_REFUSED}) and resolved_at is null`.execute(
    work.tx,
  )
  if (rows.length === 0) return
  await sql`
    update notification_deliveries set next_attempt_at = ${work.now}, attempts = 0
    where id in (
      select id from notification_deliveries
      where channel = ${channel} and status = 'queued' and next_attempt_at > ${work.now} and failure_code = any(${LOGIN_REFUSED})
      order by id for update skip locked)`.execute(work.tx)
  for (const { code } of rows) await settleAttention(work, 'email.failed', code, 'a mail got through')
}
