import { inspect } from 'node:util'

/**
 * The token by which a member of staff is known, on its way to the database's own functions, which see for
 * themselves who acts. No log, answer or error text gets it.
 */
export class StaffProof {
  readonly #token: string
  /** When it ends; null: never, or not known. */
  readonly endsAt: Date | null

  constructor(token: string, endsAt: Date | null = null) {
    this.#token = token
    this.endsAt = endsAt
  }

  /** For a parameter of one of the database's functions, and nothing else. */
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
