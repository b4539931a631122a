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
  /** The number of the attempt whose outcome this is. */
  attempts: number
  sendBy: Date | null
  template: string | null
  language: string
  result: { providerMessageId: string } | ProviderFailure
}

/**
 * Records the outcomes of attempts to send WhatsApp messages. An outcome is ignored if a later attempt has
 * already changed the message.
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

// If a WhatsApp message is postponed by this many seconds or more, an attention item is raised. A shorter
// delay raises none.
const LONG_S = 3600

/**
 * The number of additional attempts after WhatsApp refused a message with an unknown code. They follow the
 * `policy.providerAttempts` usual attempts, one an hour, for about a day.
 */
const MORE_TRIES_UNLISTED = 24

/**
 * Tells whether laku gives up sending a message after this failure. After a refusal with a known code it
 * gives up at once. It also gives up if a long rate limit ends only after `sendBy`. After a short rate limit
 * it never gives up. After any other failure it gives up when the attempts are used up.
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
  // An earlier attempt may have set the message to `sent` already. So only messages with the status `queued`
  // change.
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
