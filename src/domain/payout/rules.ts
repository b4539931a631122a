import type { GatewayPayoutStatus } from './gateway.ts'

/** What a provider's word means for a payout; `waiting`: not decided yet. */
export type Verdict = 'waiting' | 'succeeded' | 'failed' | 'reversed'

const verdicts: Record<GatewayPayoutStatus, Verdict> = {
  ACCEPTED: 'waiting',
  REQUESTED: 'waiting',
  LOCKED: 'waiting',
  PENDING_COMPLIANCE_ASSESSMENT: 'waiting',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'failed',
  COMPLIANCE_REJECTED: 'failed',
  REVERSED: 'reversed',
}

export const verdictOf = (status: GatewayPayoutStatus): Verdict => verdicts[status]

/** The provider never had it: our own code for that definite no. */
export const NEVER_ARRIVED = 'NEVER_ARRIVED'

/** Failures that pass (Xendit's list, and a payout that never arrived). A code that is not known yet may be for good. */
const passing: ReadonlySet<string> = new Set([
  'INSUFFICIENT_BALANCE',
  'REJECTED_BY_CHANNEL',
  'TEMPORARY_TRANSFER_ERROR',
  'CANCELLED',
  NEVER_ARRIVED,
])

/** Whether another payout of the same to the same account may succeed later. */
export const isRetryable = (failureCode: string): boolean => passing.has(failureCode)

/** So long after a call "not found" may still mean "not yet". */
export const NOT_FOUND_COUNTS_S = 600

const HOUR_S = 3600
/** A transfer takes minutes; locked and under assessment it waits for a person over there, and ours may ask. */
const patience: Partial<Record<GatewayPayoutStatus, number>> = {
  LOCKED: HOUR_S,
  PENDING_COMPLIANCE_ASSESSMENT: HOUR_S,
}
const PATIENCE_S = 6 * HOUR_S

/** After how many seconds under way a payout in this state is a person's business too. */
export const patienceS = (status: GatewayPayoutStatus): number => patience[status] ?? PATIENCE_S

const DAY_S = 24 * HOUR_S
/** A bank sends money back within days, and the webhook that says so may be lost: looked at again after so long. */
const looks = [DAY_S, 3 * DAY_S, 7 * DAY_S]

/** Seconds after its success at which a payout is looked at next; undefined when it was looked at long enough. */
export function nextLookS(ageS: number): number | undefined {
  return looks.find((look) => look > ageS)
}
