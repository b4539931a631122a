import { sql } from 'kysely'
import { moveState, type Work } from '../kernel/index.ts'
import { messageMachine } from './transitions.ts'

export interface FailedMessage {
  id: string
  failureCode: string
}

/**
 * Marks WhatsApp messages as failed, except those that have arrived after all. Raises an attention item,
 * unless `isRaised` is true: then the caller has already raised one.
 */
export async function failMessages(
  work: Work,
  failed: readonly FailedMessage[],
  { isRaised = false } = {},
): Promise<void> {
  if (failed.length === 0) return
  const rows = await moveState(work, messageMachine, {
    to: 'failed',
    rows: failed.map(({ id, failureCode }) => ({ id, failureCode })),
    set: { nextAttemptAt: null, heldScope: null, updatedAt: work.now },
    returning: sql<FailedMessage & { dedupeKey: string }>`t.id, t.dedupe_key, t.failure_code`,
  })
  for (const { id, dedupeKey, failureCode } of rows) {
    work.emit({
      type: 'whatsapp.failed',
      aggregate: ['whatsapp_message', id],
      payload: { messageId: id, dedupeKey, failureCode },
    })
    if (!isRaised) reportDeliveryFailure(work, id, failureCode)
  }
}

/**
 * Raises one attention item for each failure code, not for each message. Otherwise there would be too many
 * items, because thousands of messages fail with one code when WhatsApp is down.
 */
export function reportDeliveryFailure(work: Work, messageId: string, failureCode: string): void {
  work.requestAttention({
    kind: 'whatsapp.failed',
    subject: ['failure_code', failureCode],
    message: `WhatsApp messages are not delivered (${failureCode}). Look at those that failed, and fix the cause.`,
    command: 'laku whatsapp list --status failed',
    details: { lastMessageId: messageId },
  })
}
