import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel'
import { ProviderFailure } from '../domain/kernel/provider-failure.ts'

export interface BreakerOptions {
  /** After this many failures in a row, the circuit breaker stops the calls to a provider. Default 8. */
  troubles?: number
  /**
   * The time for which the circuit breaker lets no call through to the provider (ms). After this time, one
   * call is tried. Default 5 s.
   */
  pauseMs?: number
}

const READ_RETRY_AFTER_MS = 200

/**
 * Returns true if an error shows that the provider is in trouble: the call's outcome is unknown, or the
 * provider is unreachable. A refusal and a rate limit do not count, because a healthy provider gives such
 * answers. An expired permission to call (`lease_lost`) does not count, because the provider did not cause
 * it.
 */
const isTrouble = (error: unknown) =>
  error instanceof ProviderFailure &&
  error.code !== 'lease_lost' &&
  (error.outcome === 'unknown' || error.outcome === 'unreachable')

/**
 * Creates a provider's circuit breaker, shared by all operations of this provider. While the provider is
 * down, calls fail at once as `unreachable`, so that no worker waits for a timeout. It returns two functions
 * that run a call. `once` tries the call once. `twice` tries a failed call again after 200 ms, so only reads
 * may use it.
 */
export function createGuard(provider: string, options: BreakerOptions = {}) {
  const { troubles = 8, pauseMs = 5_000 } = options
  const troubled = handleWhen(isTrouble)
  const breaker = circuitBreaker(troubled, {
    halfOpenAfter: pauseMs,
    breaker: new ConsecutiveBreaker(troubles),
  })
  const retrying = retry(troubled, { maxAttempts: 1, backoff: new ConstantBackoff(READ_RETRY_AFTER_MS) })

  const through =
    (policy: { execute<T>(fn: () => Promise<T>): Promise<T> }) =>
    async <T>(operation: string, attempt: () => Promise<T>): Promise<T> => {
      try {
        return await policy.execute(attempt)
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error
        const retryAfterS = Math.ceil(pauseMs / 1000)
        throw new ProviderFailure({
          provider,
          operation,
          outcome: 'unreachable',
          code: 'circuit_open',
          retryAfterS,
        })
      }
    }
  return { once: through(breaker), twice: through(wrap(retrying, breaker)) }
}
