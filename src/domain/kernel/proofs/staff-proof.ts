import { inspect } from 'node:util'

/**
 * The token that identifies a member of staff to the database's own functions, which verify the actor
 * themselves. The token never appears in a log, answer or error text.
 */
export class StaffProof {
  readonly #token: string
  /** The time when the token expires; null if it never expires, or if the time is not known. */
  readonly endsAt: Date | null

  constructor(token: string, endsAt: Date | null = null) {
    this.#token = token
    this.endsAt = endsAt
  }

  /** Returns the token, only for use as a parameter of one of the database's functions. */
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
