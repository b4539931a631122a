import { httpErrors } from '../http-errors.ts'

export interface GateLimits {
  /** So many run at once. */
  running: number
  /** So many of one name wait; the next one is refused. */
  waitingOfOne: number
  /** So many wait in all. */
  waiting: number
}

/**
 * Lets strangers' requests into the database a few at a time, in turn by who asks: the backlog of one network
 * stands before its own requests alone, and of a process's connections the most stay free for who is logged
 * in, for providers and for joins.
 */
export class FairGate {
  readonly #limits: GateLimits
  /** By name, in the order in which their turns come: whoever was let in goes to the end. */
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

  /** The place of who ends goes to the next in turn. */
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
