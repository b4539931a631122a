import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DB, Tx } from '../kernel/index.ts'

export interface InboxLag {
  waiting: number
  oldestS: number
}

/**
 * How many deliveries wait to be processed, and for how many seconds the oldest of them has; 0 where none
 * does.
 */
export async function inboxLag(tx: Tx, now: Date): Promise<InboxLag> {
  const { rows } = await sql<{ waiting: number; oldest: Date | null }>`
    select count(*)::int as waiting, min(received_at) as oldest from webhook_inbox where status = 'received'`.execute(
    tx,
  )
  const { waiting = 0, oldest = null } = rows[0] ?? {}
  return { waiting, oldestS: oldest === null ? 0 : Math.max(0, (now.getTime() - oldest.getTime()) / 1000) }
}

/** Whether a delivery waits whose next attempt was due at this instant. */
export const webhooksDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from webhook_inbox where status = 'received' and next_attempt_at <= ${now})`

/** How many deliveries wait whose next attempt was due before this instant. */
export async function countLateWebhooks(db: Kysely<DB>, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from webhook_inbox
    where status = 'received' and next_attempt_at < ${before}`.execute(db)
  return rows[0]?.count ?? 0
}
