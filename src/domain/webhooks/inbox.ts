import { sql } from 'kysely'
import {
  type AttentionItem,
  type EventPayloads,
  moveState,
  newId,
  retryAt,
  secondsAfter,
  stateIf,
  type Work,
} from '../kernel/index.ts'
import { webhookMachine } from './transitions.ts'

export type WebhookProvider = EventPayloads['webhook.received']['provider']

export interface IncomingWebhook {
  provider: WebhookProvider
  /** The key that all deliveries of one webhook update have. By it, laku recognises a repeated delivery. */
  dedupeKey: string
  /** The HTTP headers of the webhook delivery, without the one that holds the secret. */
  headers: Record<string, string>
  /** The body of the webhook delivery, exactly as the provider sent it. */
  body: string
  /**
   * Whether the same body may be sent again for a new update. If so, laku processes it again. For example,
   * Biteship sends neither an id nor a time. So a parcel that is put on hold twice gives two equal bodies.
   */
  canRecur?: boolean
}

/**
 * The time (seconds) that the queued job has to process a webhook delivery. After this time the job counts as
 * lost, and the periodic sweep processes the delivery.
 */
const JOB_GRACE_S = 60

/**
 * Stores a webhook delivery. If the same update was delivered before, the delivery is only counted. If the
 * update is not yet processed, queues a job (event webhook.received). So a repeated delivery replaces a lost
 * job. Returns the id of the stored delivery.
 */
export async function receiveWebhook(work: Work, webhook: IncomingWebhook): Promise<string> {
  const { provider, dedupeKey, headers, body, canRecur = false } = webhook
  const { rows } = await sql<{ id: string; status: string }>`
    insert into webhook_inbox (id, provider, dedupe_key, headers, body, received_at, next_attempt_at)
    values (${newId()}, ${provider}, ${dedupeKey}, ${JSON.stringify(headers)}::jsonb, ${body}, ${work.now},
      ${secondsAfter(work.now, JOB_GRACE_S)})
    on conflict (provider, dedupe_key) do update set deliveries = webhook_inbox.deliveries + 1,
      status = ${stateIf(webhookMachine, 'received', sql`${canRecur}`)},
      attempts = case when ${canRecur} and webhook_inbox.status <> 'received' then 0 else webhook_inbox.attempts end,
      next_attempt_at = case when ${canRecur} then excluded.next_attempt_at else webhook_inbox.next_attempt_at end
    returning id, status`.execute(work.tx)
  const row = rows[0]
  if (!row) throw new Error('a webhook was neither new nor known')
  if (row.status === 'received') {
    work.emit({
      type: 'webhook.received',
      aggregate: ['webhook', row.id],
      payload: { inboxId: row.id, provider },
    })
  }
  return row.id
}

export interface WaitingWebhook {
  id: string
  provider: WebhookProvider
  body: string
  /** The number of failed attempts to process the webhook delivery. */
  attempts: number
  receivedAt: Date
  /** The number of deliveries of this update at the time when this row was read. */
  deliveries: number
}

/** Returns the webhook deliveries with these ids that are not processed yet. */
export async function waitingWebhooks(work: Work, ids: readonly string[]): Promise<WaitingWebhook[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<WaitingWebhook>`
    select id, provider, coalesce(body, '') as body, attempts, deliveries, received_at from webhook_inbox
    where id = any(${ids}::uuid[]) and status = 'received' order by id`.execute(work.tx)
  return rows
}

/** Claims up to `limit` webhook deliveries that are due. No other sweep can claim them within a minute. */
export async function claimWebhooks(
  work: Work,
  limit: number,
): Promise<Pick<WaitingWebhook, 'id' | 'provider'>[]> {
  const { rows } = await sql<Pick<WaitingWebhook, 'id' | 'provider'>>`
    update webhook_inbox w set next_attempt_at = ${secondsAfter(work.now, JOB_GRACE_S)}
    from (
      select id from webhook_inbox where status = 'received' and next_attempt_at <= ${work.now}
      order by next_attempt_at limit ${limit} for no key update skip locked
    ) due
    where w.id = due.id returning w.id, w.provider`.execute(work.tx)
  return rows
}

/** Marks webhook deliveries as processed, in the transaction that applied their updates. */
export async function markProcessed(work: Work, ids: readonly string[]): Promise<void> {
  const set = { processedAt: sql`coalesce(t.processed_at, ${work.now})`, error: null }
  await moveState(work, webhookMachine, { to: 'processed', ids, set })
}

/**
 * Marks webhook deliveries as processed. If the provider repeated a delivery after laku read it, the delivery
 * is not marked, because the repetition may report a newer state.
 */
export async function markProcessedAsOf(
  work: Work,
  seen: readonly Pick<WaitingWebhook, 'id' | 'deliveries'>[],
): Promise<void> {
  await moveState(work, webhookMachine, {
    to: 'processed',
    rows: seen.map(({ id, deliveries }) => ({ id, deliveries })),
    set: { processedAt: work.now, error: null },
    where: sql`t.deliveries = r.deliveries`,
  })
}

export interface FailedWebhook {
  id: string
  error: string
  /** Whether a retry is useless, because laku cannot read the delivery. */
  forGood?: boolean
  /**
   * The name of an event that laku does not handle. One attention item is raised for all deliveries of this
   * event.
   */
  kind?: string | undefined
  /**
   * The maximum number of attempts to process the delivery. If it is given, it replaces
   * `policy.providerAttempts`.
   */
  tries?: number
  /**
   * The command by which staff fix the failure; by default the command that processes the webhook delivery
   * again.
   */
  command?: string
  /**
   * The attention item that is raised once all attempts have failed. It replaces the usual item about the
   * webhook delivery.
   */
  instead?: AttentionItem
}

/**
 * Records webhook deliveries that could not be processed. A delivery is retried at growing intervals, and
 * raises an attention item after its last attempt (policy.providerAttempts). A delivery that laku cannot read
 * raises the item at once and is not retried.
 */
export async function recordFailedWebhooks(work: Work, failures: readonly FailedWebhook[]): Promise<void> {
  for (const { id, error, forGood = false, kind, tries, command, instead } of failures) {
    const [row] = await moveState(work, webhookMachine, {
      to: forGood ? 'failed' : 'received',
      from: 'received',
      stays: true,
      ids: [id],
      set: { attempts: sql`t.attempts + 1`, error },
      returning: sql<{ attempts: number; provider: string }>`t.attempts, t.provider`,
    })
    if (!row) continue
    const nextAttemptAt = retryAt(work.now, row.attempts)
    await work.tx.updateTable('webhookInbox').set({ nextAttemptAt }).where('id', '=', id).execute()
    if (!forGood && row.attempts < (tries ?? work.policy.providerAttempts)) continue
    if (kind !== undefined) {
      reportUnknown(work, row.provider, kind, id)
      continue
    }
    if (instead) {
      work.requestAttention(instead)
      continue
    }
    work.requestAttention({
      kind: 'webhook_failed',
      subject: ['webhook', id],
      message: `A webhook of ${row.provider} could not be processed. Fix the cause, then replay it. Error: ${error}`,
      command: command ?? `laku webhooks replay ${id}`,
      ...(command && { details: { otherwise: `laku webhooks replay ${id}` } }),
    })
  }
}

/**
 * Raises an attention item for each kind of event in a webhook delivery that laku could not read. The rest of
 * the delivery was processed.
 */
export function reportUnread(
  work: Work,
  { id, provider }: Pick<WaitingWebhook, 'id' | 'provider'>,
  kinds: readonly string[],
): void {
  for (const kind of kinds) reportUnknown(work, provider, kind.slice(0, 100), id)
}

function reportUnknown(work: Work, provider: string, kind: string, id: string): void {
  work.requestAttention({
    kind: 'webhook_unknown',
    subject: ['webhook_event', `${provider}:${kind}`],
    message: `${provider} sends events of a kind that laku does not know (${kind}). Look at one, and decide whether laku must follow them.`,
    command: `laku webhooks show ${id}`,
    details: { last: id },
  })
}
