import { inspect } from 'node:util'

/**
 * The proof that the actor confirmed one command by their own second factor. Only the check of a right code
 * makes it (`useFactorCode` of auth). A dry run assumes it.
 */
export class ConfirmedFactor {
  /** The staff member whose factor it is. */
  readonly #staffId: string
  /** Null in a dry run. */
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
