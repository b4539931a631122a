import { insertRows, newId, type Work } from '../kernel/index.ts'
import { sealParams } from './secret-params.ts'

export interface NewMessage {
  /** The idempotency key of the message: of all messages with the same key, only the first is sent. */
  dedupeKey: string
  /** The recipient's phone number in E.164. */
  to: string
  /**
   * The user whom the message is about. The message belongs to this user even after the user's phone number
   * changes.
   */
  userId?: string | undefined
  /**
   * The name of a template that the provider approved. Without a template, the message is free text (`body`).
   * WhatsApp accepts free text only within 24 hours of the recipient's last message.
   */
  template?: string | undefined
  language?: string | undefined
  params?: readonly string[] | undefined
  /**
   * The parameters that are stored encrypted, such as a one-time code or a link. They fill the first places
   * in the template's text, before `params`. They also fill the template's button. If one of `params` is
   * SECRET_PLACE, the first of them stands there instead, and there is no button.
   */
  sealedParams?: readonly string[] | undefined
  body?: string | undefined
  /**
   * The time before which the message is not sent. For example, a notice that is queued at night waits for
   * the morning.
   */
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
    // The array must be stored as one JSON value in the jsonb column. A cast is needed, because the
    // TypeScript type of the column does not allow an array.
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
