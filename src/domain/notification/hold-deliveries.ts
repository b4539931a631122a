import { sql } from 'kysely'
import { LOGIN_REFUSED } from '../../providers/email/facts.ts'
import { secondsAfter, type Work } from '../kernel/index.ts'
import { endAttention } from '../ops/index.ts'
import type { DeliveryChannel } from './claim-deliveries.ts'
import { reportDeliveryFailure } from './report-failure.ts'

// The first and the longest wait (s) between retries of an email, after the mail server refused laku's login.
// The waits grow, because a person may fix a wrong password within minutes, or only after a weekend.
const PROBE_FIRST_S = 60
const PROBE_MOST_S = 900

/**
 * Whether a provider refused a message because of laku's account there, and not because of the message
 * itself.
 */
export const isOfAccount = (channel: DeliveryChannel, code: string): boolean =>
  channel === 'email' && LOGIN_REFUSED.includes(code)

/**
 * Postpones a delivery that was refused because of laku's account at the provider, and all due deliveries of
 * its channel. The refused delivery is retried after 1, 2, 4 … 15 minutes. One attention item is raised,
 * however many deliveries wait.
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
 * Makes the postponed emails due again, because one email was sent and the mail server accepts laku's login
 * again. Does nothing unless an attention item about refused logins is open.
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
  for (const { code } of rows) await endAttention(work, 'email.failed', code, 'a mail got through')
}
