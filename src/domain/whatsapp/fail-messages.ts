import { sql } from 'kysely'
import { asRecords, statesBefore, type Work } from '../kernel/index.ts'
import { messageTransitions } from './transitions.ts'

export interface FailedMessage {
  id: string
  failureCode: string
}

/** Ends messages that did not and will not arrive; those that arrived after all are left alone. `isRaised`: a person knows already. */
export async function failMessages(
  work: Work,
  failed: readonly FailedMessage[],
  { isRaised = false } = {},
): Promise<void> {
  if (failed.length === 0) return
  const { rows } = await sql<FailedMessage & { dedupeKey: string }>`
    update whatsapp_messages m
    set status = 'failed', failure_code = f.failure_code, next_attempt_at = null, held_scope = null, updated_at = ${work.now}
    from jsonb_to_recordset(${asRecords(failed)}::jsonb) as f(id uuid, failure_code text)
    where m.id = f.id and m.status = any(${statesBefore(messageTransitions, 'failed')})
    returning m.id, m.dedupe_key, m.failure_code`.execute(work.tx)
  for (const { id, dedupeKey, failureCode } of rows) {
    work.emit({
      type: 'whatsapp.failed',
      aggregate: ['whatsapp_message', id],
      payload: { messageId: id, dedupeKey, failureCode },
    })
    if (!isRaised) raiseFailure(work, id, failureCode)
  }
}

/** One thing to look at for each reason, not for each message: when WhatsApp is down, thousands fail alike. */
export function raiseFailure(work: Work, messageId: string, failureCode: string): void {
  work.raise({
    kind: 'whatsapp.failed',
    subject: ['failure_code', failureCode],
    message: `WhatsApp messages do not get through: ${failureCode}`,
    command: 'laku whatsapp list --status failed',
    details: { lastMessageId: messageId },
  })
}
