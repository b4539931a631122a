import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { DB } from '../domain/kernel/index.ts'
import { ProviderFailure } from '../domain/kernel/provider-failure.ts'
import { holdCalls, takeCalls } from '../domain/ops/index.ts'
import type { CallLimiter } from '../providers/http.ts'

/**
 * The longest time that a call waits for the rate limit (ms). A call that would wait longer is refused as
 * `limited`; it may be tried again later.
 */
const LONGEST_WAIT_MS = 10_000

interface Waiting {
  go: (inMs: number) => void
  refuse: (error: Error) => void
}

/**
 * The limiter that keeps a provider's calls within its rate limit. All processes share the rate limit in the
 * table `provider_pace`. A database query decides at which time each waiting call may be made. Calls that
 * arrive during a query share the next query, so that one round trip serves many calls.
 */
export class SharedCallLimiter implements CallLimiter {
  readonly #db: Kysely<DB>
  readonly #provider: string
  readonly #perMinute: number
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #claiming = new Set<string>()

  constructor(db: Kysely<DB>, provider: string, perMinute: number) {
    this.#db = db
    this.#provider = provider
    this.#perMinute = perMinute
  }

  async take(endpoint: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const line = this.#waiting.get(endpoint) ?? []
    line.push({ go: resolve, refuse: reject })
    this.#waiting.set(endpoint, line)
    if (!this.#claiming.has(endpoint)) void this.#claim(endpoint)
    const inMs = await promise
    if (inMs > 0) await sleep(inMs)
  }

  async hold(endpoint: string, forS: number): Promise<void> {
    await holdCalls(this.#db, `${this.#provider}:${endpoint}`, forS)
  }

  async #claim(endpoint: string): Promise<void> {
    this.#claiming.add(endpoint)
    for (let line = this.#next(endpoint); line.length > 0; line = this.#next(endpoint)) {
      try {
        const pace = { endpoint: `${this.#provider}:${endpoint}`, perMinute: this.#perMinute }
        const taken = await takeCalls(this.#db, pace, { wanted: line.length, withinMs: LONGEST_WAIT_MS })
        const { count, lastInMs, stepMs } = taken
        for (const [i, waiting] of line.entries()) {
          if (i < count) waiting.go(lastInMs - (count - 1 - i) * stepMs)
          else waiting.refuse(this.#noRoom(endpoint))
        }
      } catch (error) {
        for (const waiting of line) waiting.refuse(error as Error)
      }
    }
    this.#claiming.delete(endpoint)
  }

  #next(endpoint: string): Waiting[] {
    return this.#waiting.get(endpoint)?.splice(0) ?? []
  }

  #noRoom(operation: string): ProviderFailure {
    const retryAfterS = LONGEST_WAIT_MS / 1000
    return new ProviderFailure({
      provider: this.#provider,
      operation,
      outcome: 'limited',
      code: 'no_room',
      retryAfterS,
    })
  }
}
