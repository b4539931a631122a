import { isProvider, type Provider } from './faults.ts'
import { fieldsOf } from './fields.ts'
import { WireError } from './wire-error.ts'

const WINDOW_MS = 60_000

/** The rate limit of one endpoint, and how much of it is left in the current minute. */
export interface LimitState {
  limit: number
  remaining: number
  /** The number of seconds until the current minute is over. */
  resetS: number
  exceeded: boolean
}

/**
 * The rate limits of the providers: requests per minute and endpoint, counted in fixed minutes of real time.
 */
export class Limits {
  #perMinute = new Map<Provider, number>()
  #windows = new Map<string, { startedAt: number; count: number }>()

  /** Changes the rate limits: `{provider, per_minute}` sets one provider's limit, `{}` lifts all of them. */
  change(body: unknown): Record<string, number> {
    const { provider, per_minute: perMinute } = fieldsOf(body)
    if (provider === undefined && perMinute === undefined) {
      this.clear()
      return {}
    }
    if (!isProvider(provider)) throw new WireError(400, { error: 'provider: no such provider' })
    if (typeof perMinute !== 'number' || !Number.isInteger(perMinute) || perMinute < 0)
      throw new WireError(400, { error: 'per_minute: a whole number is wanted' })
    this.#perMinute.set(provider, perMinute)
    this.#windows.clear()
    return Object.fromEntries(this.#perMinute)
  }

  clear(): void {
    this.#perMinute.clear()
    this.#windows.clear()
  }

  /** Counts one request against its rate limit; returns undefined when the provider has no limit. */
  count(provider: Provider, operation: string): LimitState | undefined {
    const limit = this.#perMinute.get(provider)
    if (limit === undefined) return undefined
    const key = `${provider}:${operation}`
    const now = performance.now()
    let window = this.#windows.get(key)
    if (!window || now - window.startedAt >= WINDOW_MS) {
      window = { startedAt: now, count: 0 }
      this.#windows.set(key, window)
    }
    window.count += 1
    return {
      limit,
      remaining: Math.max(0, limit - window.count),
      resetS: Math.ceil((window.startedAt + WINDOW_MS - now) / 1000),
      exceeded: window.count > limit,
    }
  }
}
