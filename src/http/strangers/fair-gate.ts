import { httpErrors } from '../http-errors.ts'

export interface GateLimits {
  /**
   * The maximum number of requests that run at once. Only requests of callers who are not logged in are
   * counted.
   */
  running: number
  /**
   * The maximum number of requests that wait in one queue (such as the queue of a network). A further request
   * in that queue is refused.
   */
  waitingOfOne: number
  /** The maximum number of requests that wait in all queues together. */
  waiting: number
}

/**
 * Runs the database work of callers who are not logged in, only a few requests at a time. The requests wait
 * in queues, such as one for each network, and the queues are served in turn. So a flood from one network
 * delays only that network. Most database connections stay free for logged-in people, providers and joins.
 */
export class FairGate {
  readonly #limits: GateLimits
  /**
   * The queues of waiting requests by name (such as a network). The queue that was served last moves to the
   * end.
   */
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

  /** Starts the first request of the next queue, after another request has ended. */
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
