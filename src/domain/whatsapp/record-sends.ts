import { sql } from 'kysely'
import { asRecords, type ProviderFailure, retryAt, type Work } from '../kernel/index.ts'
import { failMessages, raiseFailure } from './fail-messages.ts'

export interface SendOutcome {
  id: string
  /** The attempt whose outcome this is. */
  attempts: number
  sendBy: Date | null
  result: { providerMessageId: string } | ProviderFailure
}

/** Writes down what came of attempts to send. What another attempt has moved on from is left alone. */
export async function recordSends(work: Work, outcomes: readonly SendOutcome[]): Promise<void> {
  await recordSent(work, outcomes)
  const failures = outcomes.flatMap((outcome) =>
    'providerMessageId' in outcome.result ? [] : [{ ...outcome, failure: outcome.result }],
  )
  const ended = failures.filter(({ attempts, failure }) => isFinal(work, attempts, failure))
  await failMessages(
    work,
    ended.map(({ id, failure }) => ({ id, failureCode: failure.code })),
  )
  const again = failures.filter((failure) => !ended.includes(failure))
  for (const { id, attempts, failure } of again) {
    if (attempts >= work.policy.providerAttempts) raiseFailure(work, id, failure.code)
  }
  await retryLater(
    work,
    again.map(({ id, attempts, sendBy, failure }) => ({
      id,
      attempts,
      nextAttemptAt: earlier(retryAt(work.now, attempts, failure.retryAfterS), sendBy),
      failureCode: failure.code,
    })),
  )
}

/**
 * A definite no ends a message, and so do too many tries. A rate limit alone never does: in a burst of thousands
 * a message may be put off more often than that.
 */
function isFinal(work: Work, attempts: number, { outcome }: ProviderFailure): boolean {
  if (outcome === 'refused') return true
  return outcome !== 'limited' && attempts >= work.policy.providerAttempts
}

function earlier(at: Date, limit: Date | null): Date {
  return limit && limit < at ? limit : at
}

async function recordSent(work: Work, outcomes: readonly SendOutcome[]): Promise<void> {
  const sent = outcomes.flatMap(({ id, result }) =>
    'providerMessageId' in result ? [{ id, providerMessageId: result.providerMessageId }] : [],
  )
  if (sent.length === 0) return
  // Whichever attempt it was: the message is out. `queued` alone, for a second attempt may have been recorded first.
  await sql`
    update whatsapp_messages m
    set status = 'sent', provider_message_id = s.provider_message_id, failure_code = null,
      next_attempt_at = null, updated_at = ${work.now}
    from jsonb_to_recordset(${asRecords(sent)}::jsonb) as s(id uuid, provider_message_id text)
    where m.id = s.id and m.status = 'queued'`.execute(work.tx)
}

interface Retry {
  id: string
  attempts: number
  nextAttemptAt: Date
  failureCode: string
}

async function retryLater(work: Work, retries: readonly Retry[]): Promise<void> {
  if (retries.length === 0) return
  await sql`
    update whatsapp_messages m
    set next_attempt_at = r.next_attempt_at, failure_code = r.failure_code, updated_at = ${work.now}
    from jsonb_to_recordset(${asRecords(retries)}::jsonb)
      as r(id uuid, attempts integer, next_attempt_at timestamptz, failure_code text)
    where m.id = r.id and m.attempts = r.attempts and m.status = 'queued'`.execute(work.tx)
}
