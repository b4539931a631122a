import { factorCodeAt } from '../../domain/auth/factors/totp.ts'
import { expectThat } from './flow.ts'
import type { Shop } from './shop.ts'

const STEP_MS = 30_000

/**
 * A finance staff member of the demo, who confirms other people's changes as the second person. The class
 * also plays the phone that shows this member's second-factor codes.
 */
export class Colleague {
  readonly token: string
  readonly #secret: string
  #lastStep = 0

  private constructor(token: string, secret: string) {
    this.token = token
    this.#secret = secret
  }

  /**
   * Hires a staff member for finance, who then enrols a second factor. A new factor can confirm another
   * person's change only after a day.
   */
  static async hire(shop: Shop, name: string): Promise<Colleague> {
    const admin = shop.at.admin_token
    const { token } = await shop.lakuAs<{ token: string }>(
      admin,
      'auth',
      'staff',
      'add',
      name,
      '--role',
      'finance',
    )
    const { secret } = await shop.lakuAs<{ secret: string }>(token, 'auth', 'factor', 'enrol')
    const colleague = new Colleague(token, secret)
    const confirmed = await shop.lakuAs<{ error?: object }>(
      token,
      'auth',
      'factor',
      'confirm',
      colleague.code(),
    )
    expectThat(!confirmed.error, `${name} could not enrol a second factor`)
    return colleague
  }

  /** Returns an authenticator code that was not used yet: the next code if the current one was used. */
  code(): string {
    this.#lastStep = Math.max(Math.floor(Date.now() / STEP_MS), this.#lastStep + 1)
    return factorCodeAt(this.#secret, this.#lastStep * STEP_MS)
  }
}
