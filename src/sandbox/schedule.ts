import type { Socket } from 'node:net'

/** The time for which a request that is never answered is kept open (ms). */
const HOLD_MS = 60_000

/**
 * All work that the sandbox will still do by itself: outcomes that are due later, webhook deliveries under
 * way, requests that are kept unanswered.
 */
export class Schedule {
  #timers = new Map<NodeJS.Timeout, () => void>()
  #held = new Set<() => void>()
  #pending = 0
  #waiting: (() => void)[] = []

  /** Counts one piece of work as under way until the returned function is called. */
  begin(): () => void {
    this.#pending += 1
    let open = true
    return () => {
      if (!open) return
      open = false
      this.#pending -= 1
      if (this.#pending > 0) return
      const waiting = this.#waiting
      this.#waiting = []
      for (const resolve of waiting) resolve()
    }
  }

  /** Runs `action` after `ms`, unless the schedule is cleared before. */
  after(ms: number, action: () => void): void {
    const done = this.begin()
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      try {
        action()
      } finally {
        done()
      }
    }, ms)
    this.#timers.set(timer, done)
  }

  /**
   * Resolves when no work of the sandbox is under way. It also waits for work that other work starts
   * meanwhile.
   */
  async settled(): Promise<void> {
    while (this.#pending > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Keeps a request unanswered for 60 s, or until its client goes, or until the sandbox is cleared. */
  hold(socket: Socket | undefined): Promise<void> {
    if (socket?.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      const release = () => {
        clearTimeout(timer)
        socket?.off('close', release)
        this.#held.delete(release)
        resolve()
      }
      const timer = setTimeout(release, HOLD_MS)
      this.#held.add(release)
      socket?.once('close', release)
    })
  }

  /** Drops all planned actions, and releases every request that is kept unanswered. */
  clear(): void {
    for (const [timer, done] of this.#timers) {
      clearTimeout(timer)
      done()
    }
    this.#timers.clear()
    for (const release of [...this.#held]) release()
  }
}

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
