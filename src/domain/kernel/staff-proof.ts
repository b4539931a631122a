import { inspect } from 'node:util'

/**
 * The token by which a member of staff is known, on its way to the database's own functions, which see for themselves who acts. No log,
 * answer or error text gets it.
 */
export class StaffProof {
  readonly #token: string

  constructor(token: string) {
    this.#token = token
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
