import { cancelFailedCodes, finalRefusalCodes, noCourierCodes } from '../../../providers/biteship/facts.ts'
import type { ProviderFailure } from '../../kernel/index.ts'

/**
 * Whether no courier delivers to the place: a definite refusal, which does not change if the courier is asked
 * again.
 */
export function isUnserviceable(failure: ProviderFailure): boolean {
  return failure.outcome === 'refused' && noCourierCodes.includes(failure.code)
}

/**
 * Whether the courier will refuse this parcel until its address or courier is changed. Any other refusal (an
 * empty deposit, a wrong key) is about laku itself: the courier takes the same parcel once that is fixed.
 */
export function isUnfit(failure: ProviderFailure): boolean {
  const codes = [...finalRefusalCodes, ...noCourierCodes]
  return failure.outcome === 'refused' && codes.includes(failure.code)
}

/**
 * Whether the cancellation merely failed this time: the courier did not report that the parcel is on its way.
 */
export function isCancelFailed(failure: ProviderFailure): boolean {
  return cancelFailedCodes.includes(failure.code)
}
