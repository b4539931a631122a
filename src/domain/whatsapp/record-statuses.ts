import { sql } from 'kysely'
import { refusalBy } from '../../providers/whatsapp/facts.ts'
import { moveState, retryAt, type Work } from '../kernel/index.ts'
import { failMessages } from './fail-messages.ts'
import { heldBy, holdMessages } from './holds.ts'
import { deliverySequence, type MessageStatus, messageMachine } from './transitions.ts'

export interface MessageStatusUpdate {
  providerMessageId: string
  /**
   * The status that the provider reports: `sent`, `delivered`, `read` or `failed`. Any other status is
   * ignored.
   */
  status: string
  at: Date
  failureCode?: string | undefined
}

interface Sent {
  id: string
  providerMessageId: string
  template: string | null
  language: string
  sendBy: Date | null
  attempts: number
}

/**
 * Applies the provider's status updates to messages. Updates may arrive in any order, but a message never
 * returns to an earlier status. Returns the provider's message ids that laku does not know, or does not know
 * yet.
 */
export async function recordStatuses(
  work: Work,
  updates: readonly MessageStatusUpdate[],
): Promise<{ unknown: string[] }> {
  const ids = [...new Set(updates.map(({ providerMessageId }) => providerMessageId))]
  if (ids.length === 0) return { unknown: [] }
  const { rows } = await sql<Sent>`
    select id, provider_message_id, template, language, send_by, attempts from whatsapp_messages
    where provider_message_id = any(${ids}) order by id for no key update`.execute(work.tx)
  const known = new Map(rows.map((row) => [row.providerMessageId, row.id]))
  // The statuses are applied in the order sent, delivered, read. So if one batch has several updates of a
  // message, the last status wins.
  for (const status of deliverySequence) await moveMessages(work, status, updates, known)
  const byProviderId = new Map(rows.map((row) => [row.providerMessageId, row]))
  const failed = updates.flatMap(({ providerMessageId, status, failureCode = 'undelivered' }) => {
    const message = byProviderId.get(providerMessageId)
    return status === 'failed' && message ? [{ ...message, failureCode }] : []
  })
  const again = new Set(await sendAgain(work, failed))
  await failMessages(
    work,
    failed.filter(({ id }) => !again.has(id)),
  )
  return { unknown: ids.filter((id) => !known.has(id)) }
}

async function moveMessages(
  work: Work,
  to: MessageStatus,
  updates: readonly MessageStatusUpdate[],
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const moved = updates.flatMap(({ providerMessageId, status, at }) => {
    const id = known.get(providerMessageId)
    // A status update without a readable time gets the current time.
    return id && status === to ? [{ id, updatedAt: at.getTime() > 0 ? at : work.now }] : []
  })
  if (moved.length === 0) return
  await moveState(work, messageMachine, { to, rows: moved })
}

/**
 * Queues messages again that Meta first accepted and later refused. The refusal must have a cause that can
 * end: laku's account, a template or a passing fault. A message with a `sendBy` time is not queued again,
 * because its sender uses another channel. Returns the ids of the messages that were queued again.
 */
async function sendAgain(work: Work, failed: readonly (Sent & { failureCode: string })[]): Promise<string[]> {
  const timeless = failed.filter(({ sendBy }) => sendBy === null)
  const held = timeless.flatMap((sent) => {
    const code = sent.failureCode
    const scope = heldBy(sent, { code, outcome: 'refused', httpStatus: undefined })
    return scope ? [{ ...sent, scope, code }] : []
  })
  const later = timeless.filter(
    ({ failureCode, attempts }) =>
      refusalBy(failureCode)?.reach === 'transient' && attempts < work.policy.providerAttempts,
  )
  const moved = await moveState(work, messageMachine, {
    to: 'queued',
    from: 'sent',
    rows: [...held, ...later].map(({ id, attempts, failureCode }) => ({
      id,
      failureCode,
      providerMessageId: null,
      nextAttemptAt: retryAt(work.now, attempts, refusalBy(failureCode)?.retryAfterS),
      updatedAt: work.now,
    })),
  })
  const ids = moved.map(({ id }) => id)
  await holdMessages(
    work,
    held.filter(({ id }) => ids.includes(id)),
  )
  return ids
}
