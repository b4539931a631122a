import { sql } from 'kysely'
import { refusalBy } from '../../providers/whatsapp/facts.ts'
import {
  asRecords,
  moveState,
  type ProviderFailure,
  retryAt,
  secondsAfter,
  type Work,
} from '../kernel/index.ts'
import { failMessages, reportDeliveryFailure } from './fail-messages.ts'
import { endHolds, heldBy, holdMessages } from './holds.ts'
import { messageMachine } from './transitions.ts'

export interface SendOutcome {
  id: string
  /** The number of the attempt that had this outcome. */
  attempts: number
  sendBy: Date | null
  template: string | null
  language: string
  result: { providerMessageId: string } | ProviderFailure
}

/**
 * Records the outcomes of attempts to send. An outcome is ignored if another attempt has changed the message
 * since.
 */
export async function recordSends(work: Work, outcomes: readonly SendOutcome[]): Promise<void> {
  await recordSent(work, outcomes)
  const failures = outcomes.flatMap((outcome) =>
    'providerMessageId' in outcome.result ? [] : [{ ...outcome, failure: outcome.result }],
  )
  const held = failures.flatMap((failure) => {
    const scope = heldBy(failure, failure.failure)
    return scope ? [{ ...failure, scope, code: failure.failure.code }] : []
  })
  await holdMessages(work, held)
  const heldIds = new Set(held.map((row) => row.id))
  const own = failures.filter((failure) => !heldIds.has(failure.id))
  const ended = own.filter((row) => isFinal(work, row))
  await failMessages(
    work,
    ended.map(({ id, failure }) => ({ id, failureCode: failure.code })),
  )
  const again = own.filter((failure) => !ended.includes(failure))
  for (const { id, attempts, failure } of again) {
    const isLong = (failure.retryAfterS ?? 0) >= LONG_S
    if (isLong || attempts >= work.policy.providerAttempts) reportDeliveryFailure(work, id, failure.code)
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

// The delay (seconds) from which on a postponed message raises an attention item.
const LONG_S = 3600

/**
 * The number of attempts after a refusal with an unknown code, beside `policy.providerAttempts`. They are an
 * hour apart, and take 23 hours.
 */
const MORE_TRIES_UNLISTED = 24

/**
 * Tells whether a failed attempt is the last one of a message. A definite refusal ends a message, and so do
 * too many attempts. A refusal with an unknown code may concern laku's account: the message is retried for
 * most of a day, and staff are told after `policy.providerAttempts`. A short rate limit alone ends no
 * message, because in a burst of thousands a message may be postponed more often than that. A rate limit that
 * lasts longer than the message's `sendBy` time ends the message.
 */
function isFinal(
  { now, policy }: Work,
  { attempts, sendBy, failure }: SendOutcome & { failure: ProviderFailure },
): boolean {
  const { outcome, code, retryAfterS = 0 } = failure
  if (outcome === 'refused' && refusalBy(code) !== undefined) return true
  if (retryAfterS >= LONG_S && sendBy !== null && secondsAfter(now, retryAfterS) > sendBy) return true
  const tries = policy.providerAttempts + (outcome === 'refused' ? MORE_TRIES_UNLISTED : 0)
  return (outcome !== 'limited' || retryAfterS >= LONG_S) && attempts >= tries
}

function earlier(at: Date, limit: Date | null): Date {
  return limit && limit < at ? limit : at
}

async function recordSent(work: Work, outcomes: readonly SendOutcome[]): Promise<void> {
  const sent = outcomes.flatMap(({ id, result }) =>
    'providerMessageId' in result ? [{ id, providerMessageId: result.providerMessageId }] : [],
  )
  if (sent.length === 0) return
  await endHolds(
    work,
    outcomes.filter(({ result }) => 'providerMessageId' in result),
  )
  // The message was sent, whichever attempt did it. Only messages that are still `queued` move, because a
  // second attempt may have been recorded first.
  await moveState(work, messageMachine, {
    to: 'sent',
    rows: sent,
    set: { failureCode: null, nextAttemptAt: null, updatedAt: work.now },
  })
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
