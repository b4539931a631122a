import { inspect } from 'node:util'

/**
 * That who acts confirmed it by their own second factor, for the one command that they said. Made where a
 * code was found right (`useFactorCode` of auth), and nowhere else; a dry run takes it for granted.
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
