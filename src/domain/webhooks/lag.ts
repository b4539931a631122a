import { sql } from 'kysely'
import type { Tx } from '../kernel/index.ts'

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
