import type pg from 'pg'
import type { Clock } from '../domain/kernel/index.ts'
import { StartError } from './start-error.ts'

const REFRESH_MS = 500

/**
 * The clock that all processes of one database share. Development may shift the clock, so that a week passes
 * in a moment. The shift is a row in the database, which each process reads twice a second. Production reads
 * the shift only at its start, and refuses to start if the clock is shifted.
 */
export class SharedClock implements Clock {
  #shiftMs = 0
  #timer: NodeJS.Timeout | undefined
  readonly #pool: pg.Pool

  private constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  static async open(pool: pg.Pool, env: 'development' | 'production'): Promise<SharedClock> {
    const clock = new SharedClock(pool)
    await clock.refresh()
    if (env === 'production') {
      if (clock.#shiftMs !== 0) {
        throw new StartError(
          2,
          'the clock of this database was shifted in development, so production does not start on it. The owner of the database sets it back with laku db reset-clock.',
        )
      }
      return clock
    }
    clock.#timer = setInterval(() => void clock.refresh().catch(() => {}), REFRESH_MS).unref()
    return clock
  }

  now(): Date {
    return this.at(new Date())
  }

  at(beganAt: Date): Date {
    return new Date(beganAt.getTime() + this.#shiftMs)
  }

  async refresh(): Promise<void> {
    const { rows } = await this.#pool.query<{ shift_s: number }>('select shift_s from clock')
    this.#shiftMs = (rows[0]?.shift_s ?? 0) * 1000
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
