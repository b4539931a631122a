import type { Clock } from '../src/domain/kernel/index.ts'

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: Date

  constructor(start: Date = new Date()) {
    this.#now = new Date(start)
  }

  now(): Date {
    return new Date(this.#now)
  }

  at(): Date {
    return this.now()
  }

  /** Moves the clock forward by this many seconds, or back if the number is negative. */
  shift(seconds: number): void {
    this.#now = new Date(this.#now.getTime() + seconds * 1000)
  }
}
