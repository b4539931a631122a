import { ProviderFailure } from './provider-failure.ts'

/**
 * How the provider was asked. `first`: the only call that ever asked for this under its key. `repeat`: the
 * key went out before, and nobody knows what became of that. `look_up`: a read, by id or from a list.
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
 * The error codes by which a provider says that it knows the idempotency key. Something may exist under that
 * key, whatever our rows say.
 */
const keyIsKnown: ReadonlySet<string> = new Set([
  'DUPLICATE_ERROR',
  'DUPLICATE_TRANSACTION_ERROR',
  'IDEMPOTENCY_ERROR',
  'IDEMPOTENCY_KEY_IN_USE',
  'REQUEST_IN_PROGRESS',
])

/**
 * Decides what an answer proves, where money leaves. Only a refused first call proves that nothing happened.
 * The refusal of a repeated call may be caused by the first: its key, the amount it used up, or
 * `INSUFFICIENT_BALANCE` after it took the balance. A list that lacks the object may show it later. A refusal
 * without the provider's own code comes from something in between, and proves nothing.
 */
export function proofOf(ask: ProviderAsk, answer: ProviderFailure | 'found' | 'absent'): ProviderProof {
  if (answer === 'found') return 'made'
  if (answer === 'absent' || ask !== 'first') return 'open'
  const { outcome, code, httpStatus } = answer
  if (outcome === 'limited' || outcome === 'unreachable') return 'not_sent'
  // A conflict means that something exists already, whatever the code is called.
  const isKnown = keyIsKnown.has(code) || httpStatus === 409 || /DUPLICATE|IDEMPOTEN/.test(code)
  if (outcome !== 'refused' || isKnown || code.startsWith('http_')) return 'open'
  return 'not_made'
}

/** Real ms by `performance.now()` until which a call may still leave; nothing where it may not. */
export type CallLease = () => Promise<number | undefined>

/**
 * Asks the database for the right to call, right before the call. The time that the question took counts: a
 * process that was stopped in between finds its right run out.
 */
export async function leaseUntil(ask: () => Promise<number | undefined>): Promise<number | undefined> {
  const askedAt = performance.now()
  const leftMs = await ask()
  return leftMs === undefined ? undefined : askedAt + leftMs
}

/** Returns the failure of a call that was not sent because another holds its lease by now. */
export function leaseLost(provider: string, operation: string): ProviderFailure {
  return new ProviderFailure({ provider, operation, outcome: 'unreachable', code: 'lease_lost' })
}
