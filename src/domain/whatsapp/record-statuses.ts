import { sql } from 'kysely'
import { asRecords, statesBefore, type Work } from '../kernel/index.ts'
import { failMessages } from './fail-messages.ts'
import { type MessageStatus, messageTransitions } from './transitions.ts'

export interface MessageNews {
  providerMessageId: string
  /** `sent`, `delivered`, `read` or `failed`; anything else is none of ours and is left out. */
  status: string
  at: Date
  failureCode?: string | undefined
}

const forward = ['sent', 'delivered', 'read'] as const satisfies MessageStatus[]

/**
 * Moves messages by what the provider says of them, only ever forward, in whatever order it comes. Returns the
 * provider's ids that no message has: not ours, or not yet written down by the worker that sent it.
 */
export async function recordStatuses(
  work: Work,
  news: readonly MessageNews[],
): Promise<{ unknown: string[] }> {
  const ids = [...new Set(news.map(({ providerMessageId }) => providerMessageId))]
  if (ids.length === 0) return { unknown: [] }
  const { rows } = await sql<{ id: string; providerMessageId: string }>`
    select id, provider_message_id from whatsapp_messages
    where provider_message_id = any(${ids}) order by id for no key update`.execute(work.tx)
  const known = new Map(rows.map((row) => [row.providerMessageId, row.id]))
  // Lowest first: a message whose statuses come in one batch ends in the highest.
  for (const status of forward) await moveMessages(work, status, news, known)
  const failed = news.filter(({ status }) => status === 'failed')
  await failMessages(
    work,
    failed.flatMap(({ providerMessageId, failureCode = 'undelivered' }) => {
      const id = known.get(providerMessageId)
      return id ? [{ id, failureCode }] : []
    }),
  )
  return { unknown: ids.filter((id) => !known.has(id)) }
}

async function moveMessages(
  work: Work,
  to: MessageStatus,
  news: readonly MessageNews[],
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const moved = news.flatMap(({ providerMessageId, status, at }) => {
    const id = known.get(providerMessageId)
    return id && status === to ? [{ id, at }] : []
  })
  if (moved.length === 0) return
  await sql`
    update whatsapp_messages m set status = ${to}, updated_at = n.at
    from jsonb_to_recordset(${asRecords(moved)}::jsonb) as n(id uuid, at timestamptz)
    where m.id = n.id and m.status = any(${statesBefore(messageTransitions, to)})`.execute(work.tx)
}
