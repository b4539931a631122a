import { fieldsOf } from './fields.ts'
import { WireError } from './wire-error.ts'

/**
 * The lag of the providers' lists: a new object is found by its id at once, but a list shows it only after
 * the lag.
 */
export class Lists {
  #lagS = 0
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  /** Sets the lag of lists from `{lag_s}`, in seconds of the sandbox's clock. Throws 400. */
  change(body: unknown): { lag_s: number } {
    const { lag_s: lagS } = fieldsOf(body)
    if (typeof lagS !== 'number' || !(lagS >= 0))
      throw new WireError(400, { error: 'lag_s: a number of seconds from 0 on is wanted' })
    this.#lagS = lagS
    return { lag_s: lagS }
  }

  /** Returns true if a list already shows an object that was made at `created` (ISO 8601). */
  shows({ created }: { created: string }): boolean {
    return this.#lagS === 0 || Date.parse(created) + this.#lagS * 1000 <= this.#now().getTime()
  }

  clear(): void {
    this.#lagS = 0
  }
}
