import { ProviderFailure } from './provider-failure.ts'

/**
 * How the provider was asked. `first`: the only call that ever asked for this under its key. `repeat`: the
 * key went out before, and nobody knows what became of that. `look_up`: a read, by id or from a list.
 */
export type ProviderAsk = 'first' | 'repeat' | 'look_up'

/**
 * The proof that an answer gives about the thing that was asked for.
 *
 * - `made`: the provider has it.
 * - `not_made`: it was refused, and no other call can have made it. A new key is safe.
 * - `not_sent`: nothing reached the provider. The next call is still a first one.
 * - `open`: nothing is proven. It is looked for, and repeated only under the same key.
 */
export type ProviderProof = 'made' | 'not_made' | 'not_sent' | 'open'

/**
 * Names by which a provider says that it knows the key: something under it may be there, whatever we believe.
 */
const keyIsKnown: ReadonlySet<string> = new Set([
  'DUPLICATE_ERROR',
  'DUPLICATE_TRANSACTION_ERROR',
  'IDEMPOTENCY_ERROR',
  'IDEMPOTENCY_KEY_IN_USE',
  'REQUEST_IN_PROGRESS',
])

/**
 * The one rule for what an answer proves where money leaves. Only a refusal of a first call is a no: a repeat
 * may be refused because of the first (`INSUFFICIENT_BALANCE` after it took the balance, an amount that it
 * used up, its own key), and what a list does not show may be shown later. A refusal without the provider's
 * own code is somebody's in between, and proves nothing.
 */
export function proofOf(ask: ProviderAsk, answer: ProviderFailure | 'found' | 'absent'): ProviderProof {
  if (answer === 'found') return 'made'
  if (answer === 'absent' || ask !== 'first') return 'open'
  const { outcome, code, httpStatus } = answer
  if (outcome === 'limited' || outcome === 'unreachable') return 'not_sent'
  // A conflict is one with something that is there, by whatever name.
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
