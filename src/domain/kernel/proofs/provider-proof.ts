import { ProviderFailure } from '../provider-failure.ts'

/**
 * The way in which laku asked a provider about an object, such as a payout.
 *
 * - `first`: the only call that ever asked the provider to make the object under its key.
 * - `repeat`: the key was sent before, and nobody knows the outcome of that call.
 * - `look_up`: a read of the object, by id or from a list.
 */
export type ProviderAsk = 'first' | 'repeat' | 'look_up'

/**
 * The conclusion from a provider's answer about the object that a call was to make.
 *
 * - `made`: the provider has the object.
 * - `not_made`: the call was refused, and no other call can have made the object. A call with a new key is
 *   safe.
 * - `not_sent`: nothing reached the provider. The next call is still the first one.
 * - `open`: nothing is proven. The object is looked up, and the call is repeated only with the same key.
 */
export type ProviderProof = 'made' | 'not_made' | 'not_sent' | 'open'

/**
 * The error codes that mean: the provider has seen the idempotency key before. The provider may have an
 * object under that key, even if laku has no record of it.
 */
const keyIsKnown: ReadonlySet<string> = new Set([
  'DUPLICATE_ERROR',
  'DUPLICATE_TRANSACTION_ERROR',
  'IDEMPOTENCY_ERROR',
  'IDEMPOTENCY_KEY_IN_USE',
  'REQUEST_IN_PROGRESS',
])

/**
 * Decides what an answer proves about a call that pays money out. Only the refusal of a first call proves
 * that nothing happened.
 *
 * A repeated call may be refused because the first call succeeded: its key is used, or the balance is spent
 * (`INSUFFICIENT_BALANCE`). A list that does not contain the object proves nothing, because it may contain
 * the object later. A refusal without the provider's own code comes from a server between laku and the
 * provider, so it proves nothing, too.
 */
export function proofOf(ask: ProviderAsk, answer: ProviderFailure | 'found' | 'absent'): ProviderProof {
  if (answer === 'found') return 'made'
  if (answer === 'absent' || ask !== 'first') return 'open'
  const { outcome, code, httpStatus } = answer
  if (outcome === 'limited' || outcome === 'unreachable') return 'not_sent'
  // HTTP status 409 (conflict) means that an object exists already, whatever the error code is called.
  const isKnown = keyIsKnown.has(code) || httpStatus === 409 || /DUPLICATE|IDEMPOTEN/.test(code)
  if (outcome !== 'refused' || isKnown || code.startsWith('http_')) return 'open'
  return 'not_made'
}

/**
 * A function that returns the end of the time in which a provider call may be sent. The end is in ms of
 * `performance.now()`; undefined if the call may not be sent.
 */
export type CallLease = () => Promise<number | undefined>

/**
 * Asks the database, right before a provider call, how long this process may still send that call. The answer
 * is a duration, counted from just before the question. So if the process stands still for too long, it finds
 * that the duration is over.
 */
export async function leaseUntil(ask: () => Promise<number | undefined>): Promise<number | undefined> {
  const askedAt = performance.now()
  const leftMs = await ask()
  return leftMs === undefined ? undefined : askedAt + leftMs
}

/**
 * Returns the failure of a provider call that this process did not send. It was not sent, because this
 * process no longer holds the lease for it. Another process may now send it.
 */
export function leaseLost(provider: string, operation: string): ProviderFailure {
  return new ProviderFailure({ provider, operation, outcome: 'unreachable', code: 'lease_lost' })
}
