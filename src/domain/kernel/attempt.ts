import { ProviderFailure } from './provider-failure.ts'

/**
 * Calls that a procedure has under way at once: Xendit and Biteship take 10 a second, and a call half a
 * second.
 */
export const CALLS_AT_ONCE = 5

/** Returns what a call to a provider answered, or the provider's failure. */
export async function attempt<T>(call: () => Promise<T>): Promise<T | ProviderFailure> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}
