import { sql } from 'kysely'
import { moveState, requireReason, requireStaff, type Work } from '../kernel/index.ts'
import { getMessage, type MessageView } from './list-messages.ts'
import { messageMachine } from './transitions.ts'

/** The failure code of a message that staff cancelled. */
const CANCELLED = 'cancelled'

/**
 * Cancels a WhatsApp message that waits to be sent. The event whatsapp.failed reports this to the domain that
 * queued the message. A message that is being sent at this moment may still arrive.
 * @throws whatsapp.message_not_found, kernel.illegal_transition, kernel.reason_required, kernel.forbidden
 */
export async function cancelMessage(
  work: Work,
  input: { messageId: string; reason?: string | undefined },
): Promise<MessageView> {
  requireStaff(work.actor, 'support', 'service')
  const { messageId } = input
  const reason = requireReason(work, input.reason)
  const { status } = await getMessage(work, messageId)
  const [message] = await moveState(work, messageMachine, {
    to: 'failed',
    from: 'queued',
    ids: [messageId],
    all: true,
    set: { failureCode: CANCELLED, nextAttemptAt: null, heldScope: null, updatedAt: work.now },
    returning: sql<{ dedupeKey: string }>`t.dedupe_key`,
  })
  if (message) {
    const payload = { messageId, dedupeKey: message.dedupeKey, failureCode: CANCELLED }
    work.emit({ type: 'whatsapp.failed', aggregate: ['whatsapp_message', messageId], payload })
  }
  const [before, after] = [{ status }, { status: 'failed', reason }]
  work.audit({ command: 'whatsapp cancel', subject: ['whatsapp_message', messageId], before, after })
  return await getMessage(work, messageId)
}
