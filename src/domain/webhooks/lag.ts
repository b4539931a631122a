import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB, Tx } from '../kernel/index.ts'

export interface InboxLag {
  waiting: number
  oldestS: number
}

/**
 * Returns how many webhook deliveries wait to be processed, and how many seconds the oldest of them has
 * waited; 0 if none waits.
 */
export async function inboxLag(tx: Tx, now: Date): Promise<InboxLag> {
  const { rows } = await sql<{ waiting: number; oldest: Date | null }>`
    select count(*)::int as waiting, min(received_at) as oldest from webhook_inbox where status = 'received'`.execute(
    tx,
  )
  const { waiting = 0, oldest = null } = rows[0] ?? {}
  return { waiting, oldestS: oldest === null ? 0 : Math.max(0, (now.getTime() - oldest.getTime()) / 1000) }
}

/** Tells whether any webhook delivery waits to be processed and its next attempt is due. */
export const webhooksDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from webhook_inbox where status = 'received' and next_attempt_at <= ${now})`

/**
 * Returns how many webhook deliveries are late: they wait although their next attempt was due before this
 * instant.
 */
export async function countLateWebhooks(db: Kysely<DB>, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from webhook_inbox
    where status = 'received' and next_attempt_at < ${before}`.execute(db)
  return rows[0]?.count ?? 0
}
