import {
  type Asker,
  authErrors,
  CodeTooEarly,
  calledNumbers,
  guessWorkNeeded,
  hasWorked,
  type Proof,
  turnNamesOf,
  workNeeded,
} from '../../domain/auth/index.ts'
import { DomainError, type Network, networkOf } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { Memory } from '../public-reads.ts'
import { Remembered } from './remembered.ts'
import { Siege } from './siege.ts'

/**
 * If a limit of code requests is used up, this process refuses further requests without the database, for at
 * most this time (ms). Then it asks the database again, which counts the requests to all processes.
 */
const LONGEST_MS = 10_000
/**
 * The interval (ms) at which this process reads which phone numbers sent MASUK (log in) to laku on WhatsApp.
 */
const CALLED_MS = 250
/**
 * The maximum number of refusals that this process remembers. Each takes some 200 bytes, so all take 10 MB at
 * most.
 */
const MAX_ENTRIES = 50_000
/**
 * The time (ms) for which this process remembers an ended code request (challenge) or refresh token. It can
 * be forgotten after this time, because no client repeats the request for longer. The database refuses it for
 * ever.
 */
const OVER_MS = 600_000

/**
 * Remembers refusals in this process, so that a repeated request is refused without the database. It
 * remembers limits of code requests that are used up, and ended challenges and refresh tokens. Except during
 * an attack by many networks (siege.ts), it refuses only requests that the database would refuse too.
 */
export class RefusalCache {
  readonly #laku: Laku
  readonly #usedUp = new Remembered<true>(MAX_ENTRIES)
  readonly #refused = new Remembered<DomainError>(MAX_ENTRIES)
  readonly #called = new Memory(CALLED_MS, 1)
  readonly #siege = new Siege()

  constructor(laku: Laku) {
    this.#laku = laku
  }

  #nowMs(): number {
    return this.#laku.clock.now().getTime()
  }

  #here() {
    return { vault: this.#laku.vault, now: this.#laku.clock.now() }
  }

  /**
   * Returns the refusal of an unknown caller's request for a one-time code, if this process remembers one;
   * undefined if the request may continue.
   */
  async refusalOf(asker: Asker): Promise<DomainError | undefined> {
    const proven = hasWorked(this.#here(), asker)
    if (!proven) await this.#siege.settled(() => this.#nowMs())
    const nowMs = this.#nowMs()
    if (!proven && this.#siege.lasts(nowMs) && !(await this.#hasCalled(asker.phone)))
      return workNeeded(this.#here(), asker, 60)
    const names = turnNamesOf(this.#laku.policy, asker, proven)
    const ends = names.map((name) => this.#usedUp.get(name, nowMs)?.until ?? 0)
    const inS = Math.ceil((Math.max(...ends) - nowMs) / 1_000)
    if (inS <= 0 || (await this.#hasCalled(asker.phone))) return undefined
    return proven ? authErrors.otp_limited({ retryAfterS: inS }) : workNeeded(this.#here(), asker, inS)
  }

  async #hasCalled(phone: string): Promise<boolean> {
    const { db, clock } = this.#laku
    const called = await this.#called.get('all', () => calledNumbers(db, clock.now()))
    return called.has(phone)
  }

  /**
   * Remembers that a limit of code requests is used up, if the error says so. Until the limit ends, such
   * requests are then refused without the database.
   */
  tooEarly(error: unknown): void {
    if (!(error instanceof CodeTooEarly)) return
    this.#usedUp.keep(error.turn, true, Math.min(error.until.getTime(), this.#nowMs() + LONGEST_MS))
  }

  /**
   * Counts a refused request by its network. Refused requests from many networks are the sign of an attack (a
   * siege).
   */
  countRefusal(network: Network): void {
    this.#siege.refused(network, this.#nowMs())
  }

  /**
   * Counts an invented id of a code request (challenge) by its network. Many invented ids are the sign of an
   * attack (a siege).
   */
  countForgery(network: Network): void {
    this.#siege.forged(network, this.#nowMs())
  }

  /**
   * Tells whether many networks attack laku now (a siege). Meanwhile unknown callers must give a proof of
   * work before they get a code.
   */
  isSiege(): boolean {
    return this.#siege.lasts(this.#nowMs())
  }

  /**
   * Runs a use case. If it is refused for ever or until a known time, the refusal is remembered under `name`.
   * Until it is forgotten, a repeated request is refused from memory.
   */
  async once<T extends object>(name: string, use: () => Promise<T>): Promise<T> {
    const known = this.#refused.get(name, this.#nowMs())
    if (known) throw again(known.value, (known.until - this.#nowMs()) / 1_000)
    try {
      const outcome = await use()
      if ('refused' in outcome) this.#keep(name, outcome.refused)
      return outcome
    } catch (error) {
      this.#keep(name, error)
      throw error
    }
  }

  #keep(name: string, error: unknown): void {
    if (!(error instanceof DomainError)) return
    if (FOR_GOOD.has(error.code)) this.#refused.keep(name, error, this.#nowMs() + OVER_MS)
    const { retryAfterS } = error.details
    if (error.code === 'auth.channel_not_yet' && typeof retryAfterS === 'number')
      this.#refused.keep(name, error, this.#nowMs() + retryAfterS * 1_000)
  }

  /**
   * Checks a caller's guess at a one-time code. After many wrong guesses, laku asks for a proof of work. For
   * a short time, this process then refuses guesses that lack the proof, and does not ask the database. A
   * guess with the proof is checked in the database.
   */
  async guess<T extends { refused?: DomainError | undefined }>(
    given: { challengeId: string; ip: string; proof?: Proof | undefined },
    use: () => Promise<T>,
  ): Promise<T> {
    const name = `guess ${given.challengeId} ${networkOf(given.ip).home}`
    const held = given.proof ? undefined : this.#usedUp.get(name, this.#nowMs())
    if (held) throw guessWorkNeeded(this.#here(), given, Math.ceil((held.until - this.#nowMs()) / 1_000))
    const outcome = await this.once(`verify ${given.challengeId}`, use)
    const { code, details } = outcome.refused ?? {}
    if (code === 'auth.proof_needed' && !given.proof)
      this.#usedUp.keep(
        name,
        true,
        this.#nowMs() + Math.min(LONGEST_MS, Number(details?.retryAfterS) * 1_000),
      )
    return outcome
  }
}

/** The error codes of final refusals. A repeated request is refused too, however late it comes. */
const FOR_GOOD = new Set(['auth.code_expired', 'auth.refresh_invalid', 'auth.sent_often_enough'])

function again(error: DomainError, inS: number): DomainError {
  const { code, kind, message, details } = error
  const retryAfterS = 'retryAfterS' in details ? { retryAfterS: Math.max(1, Math.ceil(inS)) } : {}
  return new DomainError({ code, kind, message }, { ...details, ...retryAfterS })
}
