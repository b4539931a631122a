import { ProviderFailure } from '../kernel/index.ts'

/** What was read, or why it was not. */
export async function attempt<T>(read: () => Promise<T>): Promise<T | ProviderFailure> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}
