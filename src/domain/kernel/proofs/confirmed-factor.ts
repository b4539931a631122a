import { inspect } from 'node:util'

/**
 * The proof that the actor confirmed one command by their own second factor. Only the check of a right code
 * (`useFactorCode` of auth) creates this proof. A dry run takes it for granted.
 */
export class ConfirmedFactor {
  /** The staff member who owns the factor. */
  readonly #staffId: string
  /** The id of the factor; null in a dry run. */
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
