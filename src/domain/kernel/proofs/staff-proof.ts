import { inspect } from 'node:util'

/**
 * The token that proves to the database's own functions which member of staff acts. The token never appears
 * in a log, an answer or an error text.
 */
export class StaffProof {
  readonly #token: string
  /** The time at which the staff token expires; null if it never expires, or if the time is not known. */
  readonly endsAt: Date | null

  constructor(token: string, endsAt: Date | null = null) {
    this.#token = token
    this.endsAt = endsAt
  }

  /** Returns the staff token; it is only for use as a parameter of one of the database's functions. */
  reveal(): string {
    return this.#token
  }

  toJSON(): undefined {
    return undefined
  }

  [inspect.custom](): string {
    return '[token]'
  }
}
