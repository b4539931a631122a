import { ProviderFailure } from '../kernel/index.ts'

/** Returns what was read, or the provider's failure. */
export async function attempt<T>(read: () => Promise<T>): Promise<T | ProviderFailure> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}
