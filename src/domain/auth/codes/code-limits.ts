import {
  DomainError,
  networkOf,
  type Policy,
  secondsAfter,
  type Vault,
  type Work,
} from '../../kernel/index.ts'
import { type Turn, takeTurns, turnInS } from '../../ops/index.ts'
import { authErrors } from '../errors.ts'
import { isProof, newPuzzle, type Proof } from './proof-of-work.ts'

/** The longest time that laku may tell a person to wait before their next log-in code (s). */
export const LONGEST_WAIT_S = 60

// For a request with proof of work, the code limits of its network are multiplied by this factor.
const PROVEN = 5

/**
 * The refusal of a code request that came too early. It contains the name of the rate limit (`turn`) that was
 * used up, and the time until which this limit refuses all requests. These two facts are not sent to the
 * person who asked.
 */
export class CodeTooEarly extends DomainError {
  readonly turn: string
  readonly until: Date

  constructor(error: DomainError, turn: string, until: Date) {
    super(error, error.details)
    this.turn = turn
    this.until = until
  }
}

/** The name of the daily message budget of strangers, which counts as a rate limit (`turn`). */
export const STRANGERS_BUDGET = 'code budget'

/** The person who asks for a code, with what laku knows of them. */
export interface Asker {
  /** The person's phone number in E.164. */
  phone: string
  /** The person's network address; null if there is none. */
  ip: string | null
  /**
   * The proof that the person is no stranger: a device that logged in with this number before, or the
   * logged-in user.
   */
  knownAs?: string | undefined
  proof?: Proof | undefined
}

const subjectOf = ({ phone, ip }: Pick<Asker, 'phone' | 'ip'>) => `${phone} ${homeOf(ip)}`
const homeOf = (ip: string | null) => (ip === null ? 'none' : networkOf(ip).home)

/**
 * Returns the rate limits (`Turn`) of the network of an IP address, for one kind of request.
 * @see docs/security.md for where the figures come from
 */
function networkTurns(kind: string, ip: string | null, hourly: NetworkLimits, factor = 1): Turn[] {
  if (ip === null) return []
  const { home, site } = networkOf(ip)
  const turn = (name: string, perHour: number): Turn => ({
    name: `${kind} network ${name}`,
    atOnce: Math.max(1, Math.floor((perHour * factor) / 2)),
    everyS: 3600 / (perHour * factor),
  })
  if (site === undefined) return [turn(home, hourly.address)]
  return [turn(home, hourly.home), turn(site, hourly.site)]
}

interface NetworkLimits {
  /** The limit per hour for an IPv4 address, which thousands of phones may share. */
  address: number
  /** The limit per hour for an IPv6 /64 network: one home or phone. */
  home: number
  /** The limit per hour for an IPv6 /48 network. */
  site: number
}

const codesHourly = (policy: Policy): NetworkLimits => ({
  address: policy.otpPerAddressPerHour,
  home: policy.otpPerHomePerHour,
  site: policy.otpPerSitePerHour,
})

function turnsOf(policy: Policy, asker: Asker, proven: boolean): Turn[] {
  const { phone, ip, knownAs } = asker
  const ofNumber = (name: string): Turn => ({
    name: `code ${name}`,
    atOnce: policy.otpPerNumberAtOnce,
    everyS: policy.otpPerNumberEveryS,
    waitS: LONGEST_WAIT_S,
  })
  if (knownAs !== undefined) return [ofNumber(knownAs)]
  if (proven) return [ofNumber(`proven ${phone}`), ...networkTurns('proven', ip, codesHourly(policy), PROVEN)]
  return [
    ofNumber(`number ${subjectOf(asker)}`),
    // This rate limit of a phone number is shared by all strangers, from any network. WhatsApp limits how
    // many messages a number may get in a burst. Strangers may cause two messages fewer than this limit, so
    // that two are left for known people.
    {
      name: `code number ${phone}`,
      atOnce: Math.max(1, Math.min(policy.otpPerPhonePerHour, policy.whatsappBurst - 2)),
      everyS: 3600 / policy.otpPerPhonePerHour,
    },
    ...networkTurns('code', ip, codesHourly(policy)),
    { name: 'code overall', atOnce: policy.otpOverallPerMinute, everyS: 60 / policy.otpOverallPerMinute },
  ]
}

/**
 * Reserves a time for sending a code, under the rate limits. Returns the seconds until that time: none, or at
 * most a minute.
 *
 * Known people have rate limits of their own, which no stranger can use up. If a stranger's time would come
 * too late, the stranger must first solve a puzzle. After that, other limits apply to the stranger.
 * @throws auth.proof_needed with the puzzle, auth.otp_limited; both with `retryAfterS`, 60 at most
 */
export async function takeCodeTurn(work: Work, asker: Asker): Promise<number> {
  const proven = asker.knownAs === undefined && hasWorked(work, asker)
  const { inS, refused } = await takeTurns(work, turnsOf(work.policy, asker, proven))
  if (!refused) return inS
  const error =
    proven || asker.knownAs !== undefined
      ? authErrors.otp_limited({ retryAfterS: Math.min(LONGEST_WAIT_S, refused.inS) })
      : workNeeded(work, asker, refused.inS)
  // The rate limit accepts a request only if its wait is at most `waitS` seconds. The refused request would
  // have waited longer. After `nearInS` seconds, the limit will accept a new request.
  const nearInS = refused.inS - (refused.turn.waitS ?? 0)
  throw new CodeTooEarly(error, refused.turn.name, secondsAfter(work.now, nearInS))
}

/**
 * Returns the names of all rate limits that apply to a stranger's code request. If one of them is used up,
 * laku refuses the request.
 */
export function turnNamesOf(policy: Policy, asker: Asker, proven: boolean): string[] {
  return [...turnsOf(policy, asker, proven).map(({ name }) => name), STRANGERS_BUDGET]
}

/**
 * Returns whether proof of work was given for a code request of this phone number from this network address.
 */
export function hasWorked({ vault, now }: { vault: Vault; now: Date }, asker: Asker): boolean {
  return isProof(vault, now, subjectOf(asker), asker.proof)
}

/**
 * Returns the refusal of a stranger's code request that came too early. The stranger must solve a puzzle, or
 * wait (a minute at most).
 */
export function workNeeded(
  { vault, now }: { vault: Vault; now: Date },
  asker: Pick<Asker, 'phone' | 'ip'>,
  inS: number,
): DomainError {
  const retryAfterS = Math.min(LONGEST_WAIT_S, inS)
  return authErrors.proof_needed({ retryAfterS, ...newPuzzle(vault, now, subjectOf(asker)) })
}

const guessesHourly = (policy: Policy): NetworkLimits => ({
  address: policy.wrongCodesPerAddressPerHour,
  home: policy.wrongCodesPerHomePerHour,
  site: policy.wrongCodesPerHomePerHour * 10,
})

function guessTurns(policy: Policy, ip: string | null): Turn[] {
  const overall = policy.wrongCodesPerMinute
  return [
    ...networkTurns('wrong code', ip, guessesHourly(policy)),
    { name: 'wrong code overall', atOnce: overall, everyS: 60 / overall },
  ]
}

/**
 * Counts a wrong code against the limit of the network that it came from, and against the limit of all
 * networks together. There is no such limit for each phone number: it would not stop a guesser, who tries
 * only a few codes at each number.
 */
export async function countWrongCode(work: Work, ip: string | null): Promise<void> {
  await takeTurns(
    work,
    guessTurns(work.policy, ip).map((turn) => ({ ...turn, counted: true })),
  )
}

/**
 * Returns the refusal of a typed code that must wait, because too many wrong codes came from its network or
 * from all networks together. Returns undefined if the code may be checked at once, or if proof of work was
 * given. The first code typed at a challenge (one sent code) is never held back: most people type it right.
 */
export async function guessHeldBack(
  work: Work,
  { ip, challengeId, proof }: { ip: string | null; challengeId: string; proof?: Proof | undefined },
): Promise<DomainError | undefined> {
  const waits = await Promise.all(guessTurns(work.policy, ip).map((turn) => turnInS(work, turn)))
  const inS = Math.max(...waits)
  const subject = `${challengeId} ${homeOf(ip)}`
  if (inS === 0 || isProof(work.vault, work.now, subject, proof)) return undefined
  return guessWorkNeeded(work, { ip, challengeId }, inS)
}

/** Returns the refusal of a typed code that must wait. It contains a puzzle, whose solution ends the wait. */
export function guessWorkNeeded(
  { vault, now }: { vault: Vault; now: Date },
  { ip, challengeId }: { ip: string | null; challengeId: string },
  inS: number,
): DomainError {
  const puzzle = newPuzzle(vault, now, `${challengeId} ${homeOf(ip)}`)
  return authErrors.proof_needed({ retryAfterS: Math.min(LONGEST_WAIT_S, inS), ...puzzle })
}
