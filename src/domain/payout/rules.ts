import type { Policy } from '../kernel/index.ts'
import type { GatewayPayoutStatus } from './gateway.ts'

/** The meaning of the provider's state of a payout; `waiting`: not decided yet. */
export type Verdict = 'waiting' | 'succeeded' | 'failed' | 'reversed'

const verdicts: Readonly<Record<string, Verdict>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'failed',
  COMPLIANCE_REJECTED: 'failed',
  REVERSED: 'reversed',
}

/**
 * Returns the meaning of the provider's state of a payout. ACCEPTED, REQUESTED and states that wait for
 * people at the provider count as waiting. So does an unknown state, because the money may still move.
 */
export const verdictOf = (status: GatewayPayoutStatus): Verdict => verdicts[status] ?? 'waiting'

/**
 * Our own failure code: the outcome of the payout was never known, and two people declared that it was not
 * made.
 */
export const DECLARED_DEAD = 'DECLARED_DEAD'
/**
 * Our own failure code: the payout was never sent, because an older payout for the same settlement or
 * withdrawal arrived after all.
 */
export const OLDER_ONE_ARRIVED = 'OLDER_ONE_ARRIVED'
/** laku's own failure code for a payout that staff took back before it was ever sent. */
export const TAKEN_BACK = 'TAKEN_BACK'

/** The provider's failure code: money that came in is not settled yet. */
export const UNSETTLED = 'INSUFFICIENT_BALANCE'

/** The failure codes that pass with time (Xendit's list). An unknown code may be final. */
const passing: ReadonlySet<string> = new Set([
  UNSETTLED,
  'REJECTED_BY_CHANNEL',
  'TEMPORARY_TRANSFER_ERROR',
  'CANCELLED',
])

/** Returns true if a new payout to the same account may succeed later. */
export const isRetryable = (failureCode: string): boolean => passing.has(failureCode)

const HOUR_S = 3600
/**
 * How long (s) a payout may be in each of these states before staff are notified. A transfer takes minutes.
 * In all other states (locked, under assessment, unknown) it waits for a person at the provider, whom our
 * staff may ask earlier.
 */
const staleAfter: Readonly<Record<string, number>> = {
  ACCEPTED: 6 * HOUR_S,
  REQUESTED: 6 * HOUR_S,
  READY: 6 * HOUR_S,
  ROUTING: 6 * HOUR_S,
}

/** Returns the number of seconds under way after which staff are notified of a payout in this state. */
export const staleAfterS = (status: GatewayPayoutStatus): number => staleAfter[status] ?? HOUR_S

/**
 * The states in which the provider still means to send the payout, or its people decide. A payout in such a
 * state is never declared dead.
 */
const moving: ReadonlySet<string> = new Set([
  ...Object.keys(staleAfter),
  'LOCKED',
  'PENDING_COMPLIANCE_ASSESSMENT',
])
export const movingStates: readonly string[] = [...moving]
export const isMoving = (status: GatewayPayoutStatus): boolean => moving.has(status)

const DAY_S = 24 * HOUR_S
/**
 * The ages at which a successful payout is checked again. A bank may send money back within days, and the
 * webhook about it may be lost.
 */
const looks = [DAY_S, 3 * DAY_S, 7 * DAY_S]

/** Returns the age (s) at which a successful payout is checked next; undefined after the last check. */
export function nextLookS(ageS: number): number | undefined {
  return looks.find((look) => look > ageS)
}

/** Seconds after which staff are notified of a payout whose outcome is unknown. */
export const UNKNOWN_FOR_S = 1800

export interface Unknown {
  calledAt: Date
  lastCalledAt: Date
  /** The time when the provider's list was last seen without the payout; null if it never was. */
  absentAt: Date | null
}

/**
 * Returns the time until which the same request may be repeated under the same key: until then the provider
 * surely knows the key.
 */
export function repeatsUntil(
  { calledAt }: Pick<Unknown, 'calledAt'>,
  policy: Pick<Policy, 'providerKeyHours'>,
): Date {
  return new Date(calledAt.getTime() + policy.providerKeyHours * HOUR_S * 1000)
}

/**
 * Returns the time from which a payout may be declared dead: its key has expired, and a whole day of the
 * provider's book has passed since the last call.
 */
export function deadFrom(
  unknown: Unknown,
  policy: Pick<Policy, 'providerKeyHours' | 'providerBookHours'>,
): Date {
  const bookMs = unknown.lastCalledAt.getTime() + policy.providerBookHours * HOUR_S * 1000
  return new Date(Math.max(repeatsUntil(unknown, policy).getTime(), bookMs))
}
