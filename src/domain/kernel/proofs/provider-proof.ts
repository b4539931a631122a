import { ProviderFailure } from '../provider-failure.ts'

/**
 * The way in which the provider was asked. `first`: the only call that ever asked for this object under its
 * key. `repeat`: the key was sent before, and nobody knows the outcome of that call. `look_up`: a read, by id
 * or from a list.
 */
export type ProviderAsk = 'first' | 'repeat' | 'look_up'

/**
 * The conclusion that an answer allows about the object that the call was to make.
 *
 * - `made`: the provider has the object.
 * - `not_made`: the call was refused, and no other call can have made the object. A new key is safe.
 * - `not_sent`: nothing reached the provider. The next call is still a first one.
 * - `open`: nothing is proven. The object is looked up, and the call is repeated only under the same key.
 */
export type ProviderProof = 'made' | 'not_made' | 'not_sent' | 'open'

/**
 * The error codes by which a provider reports that it knows the idempotency key. An object may exist under
 * that key, whatever laku's own rows contain.
 */
const keyIsKnown: ReadonlySet<string> = new Set([
  'DUPLICATE_ERROR',
  'DUPLICATE_TRANSACTION_ERROR',
  'IDEMPOTENCY_ERROR',
  'IDEMPOTENCY_KEY_IN_USE',
  'REQUEST_IN_PROGRESS',
])

/**
 * Decides what an answer proves about a call that moves money out. Only a refused first call proves that
 * nothing happened. The refusal of a repeated call may be caused by the first call: by its key, or by the
 * amount that it used up. It may be `INSUFFICIENT_BALANCE` because the first call took the balance. A list
 * that lacks the object may show it later. A refusal without the provider's own code comes from something in
 * between, and proves nothing.
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
 * A function that returns until when a call may still be sent, in real ms of `performance.now()`; undefined
 * if the call may not be sent.
 */
export type CallLease = () => Promise<number | undefined>

/**
 * Asks the database for the lease of a provider call, right before the call. The time that the question takes
 * counts against the lease, so a process that was stopped in between finds its lease expired.
 */
export async function leaseUntil(ask: () => Promise<number | undefined>): Promise<number | undefined> {
  const askedAt = performance.now()
  const leftMs = await ask()
  return leftMs === undefined ? undefined : askedAt + leftMs
}

/** Returns the failure of a call that was not sent because another process holds the lease by now. */
export function leaseLost(provider: string, operation: string): ProviderFailure {
  return new ProviderFailure({ provider, operation, outcome: 'unreachable', code: 'lease_lost' })
}
