import { insertRows, newId, type Work } from '../kernel/index.ts'
import { sealParams } from './secret-params.ts'

export interface NewMessage {
  /**
   * The idempotency key of the message: a message with the same key is sent once, however often it is queued.
   */
  dedupeKey: string
  /** The recipient's phone number in E.164. */
  to: string
  /**
   * The user whom the message is about. It still belongs to that user when the user's phone number changes.
   */
  userId?: string | undefined
  /**
   * The name of a template that the provider approved. Free text (`body`) is accepted only within 24 hours of
   * the recipient's reply.
   */
  template?: string | undefined
  language?: string | undefined
  params?: readonly string[] | undefined
  /**
   * The parameters that are stored encrypted, such as a one-time code. They precede `params` in the template
   * and fill its button.
   */
  sealedParams?: readonly string[] | undefined
  body?: string | undefined
  /** The time before which the message is not sent: in quiet hours a notice waits for the morning. */
  notBefore?: Date | undefined
  /**
   * The time by which the message must be sent. A message that is not sent by then fails, and is never sent
   * late.
   */
  sendBy?: Date | undefined
}

/**
 * Queues messages to be sent after the commit. Returns the ids of the newly queued messages, without those
 * that were queued before.
 */
export async function queueMessages(work: Work, messages: readonly NewMessage[]): Promise<string[]> {
  const rows = messages.map((message) => ({
    id: newId(),
    dedupeKey: message.dedupeKey,
    toPhone: message.to,
    userId: message.userId ?? null,
    template: message.template ?? null,
    language: message.language ?? 'id',
    // The type cast lets the array be stored as one JSON value in the jsonb column.
    params: (message.params ?? []) as never,
    sealedParams: message.sealedParams ? sealParams(work.vault, message.sealedParams) : null,
    body: message.body ?? null,
    status: 'queued',
    attempts: 0,
    nextAttemptAt: message.notBefore ?? work.now,
    sendBy: message.sendBy ?? null,
    createdAt: work.now,
    updatedAt: work.now,
  }))
  const ids = await insertRows(work.tx, 'whatsappMessages', rows, {
    onConflictDoNothing: true,
    returning: 'id',
  })
  work.emit(
    ...ids.map((messageId) => ({
      type: 'whatsapp.queued' as const,
      aggregate: ['whatsapp_message', messageId] as const,
      payload: { messageId },
    })),
  )
  return ids
}
