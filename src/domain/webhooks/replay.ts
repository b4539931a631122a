import { sql } from 'kysely'
import { moveState, requireStaff, type Work } from '../kernel/index.ts'
import { endAttention } from '../ops/index.ts'
import { webhookErrors } from './errors.ts'
import { showWebhook, type WebhookFilter, webhooksThat } from './list.ts'
import { webhookMachine } from './transitions.ts'

export interface Replay {
  /** The number of webhook deliveries that will be processed again. */
  count: number
  /**
   * The number of the replayed webhook deliveries by the status that they had before: processed, failed or
   * received.
   */
  was: Record<string, number>
}

/**
 * Queues webhook deliveries to be processed again: one delivery, or all deliveries that match the filter.
 * Processing a delivery twice is harmless, because each of its effects has its own idempotency key. The
 * attention items about these deliveries are resolved. Support, finance or an admin may do this.
 * @throws kernel.forbidden, payment.webhook_not_found
 */
export async function replayWebhooks(
  work: Work,
  { id, ...filter }: WebhookFilter & { id?: string | undefined },
): Promise<Replay> {
  requireStaff(work.actor, 'support', 'finance')
  if (id !== undefined && (await showWebhook(work.tx, id)).body === null) {
    throw webhookErrors.webhook_body_cleared({ id })
  }
  const wheres = id === undefined ? webhooksThat(filter) : [sql`id = ${id}::uuid`]
  const rows = await moveState(work, webhookMachine, {
    to: 'received',
    stays: true,
    set: { deliveries: sql`t.deliveries + 1`, attempts: 0, error: null, nextAttemptAt: work.now },
    with: sql`chosen as (
      select id, status as was from webhook_inbox where ${sql.join(wheres, sql` and `)} and body is not null
      order by id for no key update
    )`,
    using: sql`chosen`,
    where: sql`t.id = chosen.id`,
    returning: sql<{ id: string; was: string }>`t.id, chosen.was`,
  })
  const ids = rows.map((row) => row.id)
  await endAttention(work, 'webhook_failed', ids, 'replayed')
  const was = Object.fromEntries(
    [...Map.groupBy(rows, (row) => row.was)].map(([status, all]) => [status, all.length]),
  )
  const { provider, status, since, until } = filter
  work.audit({
    command: 'webhooks replay',
    subject: id === undefined ? ['webhooks', provider ?? 'all'] : ['webhook', id],
    before: was,
    after: { received: rows.length, ...(id === undefined && { status, since, until }) },
  })
  return { count: rows.length, was }
}
