import { httpErrors } from '../http-errors.ts'

export interface GateLimits {
  /** The most requests of unknown callers that run at once. */
  running: number
  /** The most waiting requests of one name (such as a network); a further request of that name is refused. */
  waitingOfOne: number
  /** The most waiting requests of all names together. */
  waiting: number
}

/**
 * Runs the database work of unknown callers a few requests at a time, in turn by name. The backlog of one
 * network delays only its own requests. Most of the process's connections stay free for logged-in people,
 * providers and joins.
 */
export class FairGate {
  readonly #limits: GateLimits
  /** The waiting requests by name, in the order of the next turns. After its turn a name moves to the end. */
  readonly #lines = new Map<string, (() => void)[]>()
  #running = 0
  #waiting = 0

  constructor(limits: GateLimits) {
    this.#limits = limits
  }

  /** @throws http.too_many_requests where too many wait */
  async run<T>(name: string, use: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limits.running) this.#running++
    else await this.#wait(name)
    try {
      return await use()
    } finally {
      this.#next()
    }
  }

  #wait(name: string): Promise<void> {
    const line = this.#lines.get(name) ?? []
    if (line.length >= this.#limits.waitingOfOne || this.#waiting >= this.#limits.waiting)
      throw httpErrors.too_many_requests({ retryAfterS: 1 })
    this.#waiting++
    this.#lines.set(name, line)
    return new Promise((resolve) => line.push(resolve))
  }

  /** Starts the next waiting request, in turn by name, after a request has ended. */
  #next(): void {
    const [first] = this.#lines
    if (!first) {
      this.#running--
      return
    }
    const [name, line] = first
    const letIn = line.shift()
    this.#lines.delete(name)
    if (line.length > 0) this.#lines.set(name, line)
    this.#waiting--
    letIn?.()
  }
}
