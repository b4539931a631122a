import type { Policy } from '../kernel/index.ts'
import type { GatewayPayoutStatus } from './gateway.ts'

/** The meaning of a provider's word for a payout; `waiting`: not decided yet. */
export type Verdict = 'waiting' | 'succeeded' | 'failed' | 'reversed'

const verdicts: Readonly<Record<string, Verdict>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'failed',
  COMPLIANCE_REJECTED: 'failed',
  REVERSED: 'reversed',
}

/**
 * ACCEPTED, REQUESTED and what waits for people over there wait; so does a word that nobody knows: money may
 * still move.
 */
export const verdictOf = (status: GatewayPayoutStatus): Verdict => verdicts[status] ?? 'waiting'

/** Nobody ever learnt what became of it, and two people took it for gone: our own code for that. */
export const DECLARED_DEAD = 'DECLARED_DEAD'
/**
 * Our own failure code: the payout was never sent, because an older payout for the same subject arrived after
 * all.
 */
export const OLDER_ONE_ARRIVED = 'OLDER_ONE_ARRIVED'

/** The provider's failure code: money that came in is not settled yet. */
export const UNSETTLED = 'INSUFFICIENT_BALANCE'

/** Failures that pass (Xendit's list). A code that is not known yet may be for good. */
const passing: ReadonlySet<string> = new Set([
  UNSETTLED,
  'REJECTED_BY_CHANNEL',
  'TEMPORARY_TRANSFER_ERROR',
  'CANCELLED',
])

/** Whether another payout of the same to the same account may succeed later. */
export const isRetryable = (failureCode: string): boolean => passing.has(failureCode)

const HOUR_S = 3600
/**
 * A transfer takes minutes; locked, under assessment or at an end that we do not know it waits for a person
 * over there, and ours may ask.
 */
const staleAfter: Readonly<Record<string, number>> = {
  ACCEPTED: 6 * HOUR_S,
  REQUESTED: 6 * HOUR_S,
  READY: 6 * HOUR_S,
  ROUTING: 6 * HOUR_S,
}

/** After how many seconds under way a payout in this state is a person's business too. */
export const staleAfterS = (status: GatewayPayoutStatus): number => staleAfter[status] ?? HOUR_S

/**
 * In these the provider still means to send it, or people over there decide: it is never declared dead
 * meanwhile.
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
 * The ages at which a successful payout is looked at again. A bank may send money back within days, and the
 * webhook about it may be lost.
 */
const looks = [DAY_S, 3 * DAY_S, 7 * DAY_S]

/**
 * Seconds after its success at which a payout is looked at next; undefined when it was looked at long enough.
 */
export function nextLookS(ageS: number): number | undefined {
  return looks.find((look) => look > ageS)
}

/** Staff are notified of a payout whose outcome has been unknown for this long. */
export const UNKNOWN_FOR_S = 1800

export interface Unknown {
  calledAt: Date
  lastCalledAt: Date
  /** When the provider's list was last seen without it. */
  absentAt: Date | null
}

/** Until when the same request may go again under the same key: the provider surely still knows it. */
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
