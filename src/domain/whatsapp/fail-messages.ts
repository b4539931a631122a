import { sql } from 'kysely'
import { moveState, type Work } from '../kernel/index.ts'
import { messageMachine } from './transitions.ts'

export interface FailedMessage {
  id: string
  failureCode: string
}

/**
 * Ends messages that did not and will not arrive; those that arrived after all are left alone. `isRaised`: a
 * person knows already.
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
 * Raises one attention item for each reason, not for each message: when WhatsApp is down, thousands fail for
 * the same reason.
 */
export function reportDeliveryFailure(work: Work, messageId: string, failureCode: string): void {
  work.requestAttention({
    kind: 'whatsapp.failed',
    subject: ['failure_code', failureCode],
    message: `WhatsApp messages do not get through: ${failureCode}`,
    command: 'laku whatsapp list --status failed',
    details: { lastMessageId: messageId },
  })
}
