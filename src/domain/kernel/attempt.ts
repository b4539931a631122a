import { ProviderFailure } from './provider-failure.ts'

/**
 * The number of provider calls that one procedure makes at the same time. A call takes half a second, so five
 * at the same time make 10 calls a second. Xendit and Biteship allow this number.
 */
export const CALLS_AT_ONCE = 5

/** Makes a provider call. Returns its answer, or the provider's failure as a value instead of throwing it. */
export async function attempt<T>(call: () => Promise<T>): Promise<T | ProviderFailure> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}
