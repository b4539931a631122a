import type { Clock } from '../src/domain/kernel/index.ts'

/** A clock that stands until it is moved. */
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

  /** Moves the clock forward, or back, by so many seconds. */
  shift(seconds: number): void {
    this.#now = new Date(this.#now.getTime() + seconds * 1000)
  }
}
