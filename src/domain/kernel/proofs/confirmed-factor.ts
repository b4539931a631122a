import { inspect } from 'node:util'

/**
 * The proof that the actor confirmed one command with their own second factor. Only `useFactorCode` of auth
 * creates it, after the actor gave a valid code. A dry run needs no code.
 */
export class ConfirmedFactor {
  /** The staff member who owns the second factor. */
  readonly #staffId: string
  /** The id of the second factor; null in a dry run. */
  readonly factorId: string | null

  constructor(staffId: string, factorId: string | null) {
    this.#staffId = staffId
    this.factorId = factorId
  }

  isOf(staffId: string): boolean {
    return this.#staffId === staffId
  }

  toJSON(): undefined {
    return undefined
  }

  [inspect.custom](): string {
    return '[second factor]'
  }
}
