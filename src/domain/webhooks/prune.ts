import { sql } from 'kysely'
import { secondsAfter, type Work } from '../kernel/index.ts'

const DAY_S = 24 * 3600

/**
 * Deletes the bodies of up to `limit` webhook deliveries that arrived more than `policy.webhookBodyDays` ago;
 * returns how many. The rows stay, so that a repeated update is recognised. A delivery that still waits to be
 * processed keeps its body.
 */
export async function pruneWebhookBodies(work: Work, limit: number): Promise<number> {
  const before = secondsAfter(work.now, -work.policy.webhookBodyDays * DAY_S)
  const result = await sql`
    update webhook_inbox set body = null where id in (
      select id from webhook_inbox
      where received_at < ${before} and body is not null and status <> 'received'
      order by received_at limit ${limit} for no key update skip locked
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
