import type { Policy } from '../kernel/index.ts'
import type { GatewayPayoutStatus } from './gateway.ts'

/** The meaning of a payout's state at the provider. `waiting`: the payout has not ended yet. */
export type Verdict = 'waiting' | 'succeeded' | 'failed' | 'reversed'

const verdicts: Readonly<Record<string, Verdict>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'failed',
  COMPLIANCE_REJECTED: 'failed',
  REVERSED: 'reversed',
}

/**
 * Returns the meaning of a payout's state at the provider. ACCEPTED, REQUESTED and states in which the
 * provider's staff must decide count as waiting. An unknown state counts as waiting too, because the money
 * may still move.
 */
export const verdictOf = (status: GatewayPayoutStatus): Verdict => verdicts[status] ?? 'waiting'

/**
 * laku's own failure code for a payout whose outcome was never known, after two people declared that it was
 * not made.
 */
export const DECLARED_DEAD = 'DECLARED_DEAD'
/**
 * laku's own failure code for a payout that was never sent, because an older payout of the same settlement or
 * withdrawal arrived after all.
 */
export const OLDER_ONE_ARRIVED = 'OLDER_ONE_ARRIVED'
/** laku's own failure code for a payout that staff took back before it was ever sent. */
export const TAKEN_BACK = 'TAKEN_BACK'

/**
 * laku's own failure code for a payout that the provider never ended, after two people gave it up by a ticket
 * of the provider's support.
 */
export const GIVEN_UP = 'GIVEN_UP'

/** The provider's failure code for a payout above the balance, because incoming money is not settled yet. */
export const UNSETTLED = 'INSUFFICIENT_BALANCE'

/**
 * The failure codes of payouts whose cause passes with time (from Xendit's list). A code that is not in this
 * set may have a permanent cause.
 */
const passing: ReadonlySet<string> = new Set([
  UNSETTLED,
  'REJECTED_BY_CHANNEL',
  'TEMPORARY_TRANSFER_ERROR',
  'CANCELLED',
])

/** Returns true if a new payout to the same account may succeed after a failure with this code. */
export const isRetryable = (failureCode: string): boolean => passing.has(failureCode)

const HOUR_S = 3600
/**
 * The time (s) for which a payout may be in each of these states at the provider before laku's staff are
 * notified. A transfer normally takes minutes, so a longer time is unusual. In all other states (locked,
 * under assessment, unknown) the provider's staff must act, so laku's staff are notified earlier.
 */
const staleAfter: Readonly<Record<string, number>> = {
  ACCEPTED: 6 * HOUR_S,
  REQUESTED: 6 * HOUR_S,
  READY: 6 * HOUR_S,
  ROUTING: 6 * HOUR_S,
}

/** Returns the seconds after which staff are notified of a payout that is in this state at the provider. */
export const staleAfterS = (status: GatewayPayoutStatus): number => staleAfter[status] ?? HOUR_S

/**
 * The states in which the provider still means to send a payout, or its staff must decide. A payout in one of
 * these states is never declared dead.
 */
const moving: ReadonlySet<string> = new Set([
  ...Object.keys(staleAfter),
  'LOCKED',
  'PENDING_COMPLIANCE_ASSESSMENT',
])
export const movingStates: readonly string[] = [...moving]
export const isMoving = (status: GatewayPayoutStatus): boolean => moving.has(status)

/**
 * The longest wait (hours) before a settlement or a withdrawal is paid again. By Xendit's failure codes, the
 * cause of a temporary failure lasts one to three hours.
 */
const LONGEST_HOURS = 3

/** Returns the seconds until a settlement or a withdrawal is paid again, after this many failed payouts. */
export const payAgainAfterS = (payouts: number): number => Math.min(LONGEST_HOURS, payouts) * HOUR_S

const DAY_S = 24 * HOUR_S
/**
 * The ages (s) at which laku checks a successful payout again. A check is needed, because a bank may send
 * money back days later and the webhook about it may be lost.
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
  /**
   * The time when laku last searched the provider's list and did not find the payout; null if it never did
   * so.
   */
  absentAt: Date | null
}

/**
 * Returns the time until which a payout's request may be repeated under the same key. Until that time the
 * provider surely still knows the key. So a repeated request makes no second payout.
 */
export function repeatsUntil(
  { calledAt }: Pick<Unknown, 'calledAt'>,
  policy: Pick<Policy, 'providerKeyHours'>,
): Date {
  return new Date(calledAt.getTime() + policy.providerKeyHours * HOUR_S * 1000)
}

/**
 * Returns the time from which a payout may be declared dead. By then its key has expired, and
 * `policy.providerBookHours` have passed since its last call. If the payout was made, the provider's
 * transaction list has it by then.
 */
export function deadFrom(
  unknown: Unknown,
  policy: Pick<Policy, 'providerKeyHours' | 'providerBookHours'>,
): Date {
  const bookMs = unknown.lastCalledAt.getTime() + policy.providerBookHours * HOUR_S * 1000
  return new Date(Math.max(repeatsUntil(unknown, policy).getTime(), bookMs))
}
