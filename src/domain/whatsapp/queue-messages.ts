import { insertRows, newId, type Work } from '../kernel/index.ts'
import { sealParams } from './secret-params.ts'

export interface NewMessage {
  /** The same key is sent once, however often it is asked for. */
  dedupeKey: string
  /** E.164 */
  to: string
  /**
   * The user whom the message is about; it is theirs still when they have another number.
   */
  userId?: string | undefined
  /** A template that the provider approved; free text (`body`) is taken only within 24 hours of a reply. */
  template?: string | undefined
  language?: string | undefined
  params?: readonly string[] | undefined
  /**
   * Parameters that nobody may read at rest: a one-time code. They come before `params` and fill the button.
   */
  sealedParams?: readonly string[] | undefined
  body?: string | undefined
  /** Not before this: in quiet hours a notice waits for the morning. */
  notBefore?: Date | undefined
  /**
   * The time by which the message must be sent; a message that is not sent by then fails, and is not sent
   * late.
   */
  sendBy?: Date | undefined
}

/** Queues messages to be sent after the commit. Returns the ids of those that were not queued before. */
export async function queueMessages(work: Work, messages: readonly NewMessage[]): Promise<string[]> {
  const rows = messages.map((message) => ({
    id: newId(),
    dedupeKey: message.dedupeKey,
    toPhone: message.to,
    userId: message.userId ?? null,
    template: message.template ?? null,
    language: message.language ?? 'id',
    // One JSON value for the jsonb column, whatever its type
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
