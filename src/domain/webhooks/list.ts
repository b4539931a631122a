import { sql } from 'kysely'
import { type Paged, pageOf, type Tx } from '../kernel/index.ts'
import { webhookErrors } from './errors.ts'

/** A webhook delivery of a provider. */
export interface WebhookView {
  id: string
  provider: string
  dedupeKey: string
  status: string
  /** The number of times that the webhook update was delivered. A replay by staff counts as a delivery. */
  deliveries: number
  /** The number of failed attempts to process the webhook delivery. */
  attempts: number
  error: string | null
  receivedAt: Date
  processedAt: Date | null
  nextAttemptAt: Date
}

export interface WebhookDetail extends WebhookView {
  headers: Record<string, string>
  /** The body as the provider sent it; null once it was deleted because it had become too old. */
  body: string | null
}

export interface WebhookFilter {
  provider?: string | undefined
  status?: string | undefined
  since?: Date | undefined
  until?: Date | undefined
}

const columns = sql`
  id, provider, dedupe_key, status, deliveries, attempts, error, received_at, processed_at, next_attempt_at`

export function webhooksThat({ provider, status, since, until }: WebhookFilter) {
  const wheres = [sql`true`]
  if (provider) wheres.push(sql`provider = ${provider}`)
  if (status) wheres.push(sql`status = ${status}`)
  if (since) wheres.push(sql`received_at >= ${since}`)
  if (until) wheres.push(sql`received_at < ${until}`)
  return wheres
}

/** Lists the webhook deliveries of providers, newest first, by keyset pages. For staff. */
export async function listWebhooks(
  tx: Tx,
  { limit, cursor, ...filter }: WebhookFilter & { limit: number; cursor?: string | undefined },
): Promise<Paged<WebhookView>> {
  const wheres = webhooksThat(filter)
  if (cursor) {
    wheres.push(
      sql`(received_at, id) < (select received_at, id from webhook_inbox where id = ${cursor}::uuid)`,
    )
  }
  const { rows } = await sql<WebhookView>`
    select ${columns} from webhook_inbox where ${sql.join(wheres, sql` and `)}
    order by received_at desc, id desc limit ${limit + 1}`.execute(tx)
  return pageOf(rows, limit, (row) => row.id)
}

/**
 * Returns one webhook delivery with its headers and body, for staff.
 * @throws payment.webhook_not_found
 */
export async function showWebhook(tx: Tx, id: string): Promise<WebhookDetail> {
  const { rows } = await sql<WebhookDetail>`
    select ${columns}, headers, body from webhook_inbox where id = ${id}::uuid`.execute(tx)
  if (!rows[0]) throw webhookErrors.webhook_not_found({ id })
  return rows[0]
}
