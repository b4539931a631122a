import { cancelFailedCodes, finalRefusalCodes, noCourierCodes } from '../../../providers/biteship/facts.ts'
import type { ProviderFailure } from '../../kernel/index.ts'

/** No courier goes to this place: a definite no that asking again does not change. */
export function isUnserviceable(failure: ProviderFailure): boolean {
  return failure.outcome === 'refused' && noCourierCodes.includes(failure.code)
}

/**
 * This parcel will be refused until its address or courier is another. Any other refusal (an empty deposit, a
 * wrong key) is about us, and the same parcel is taken once that is fixed.
 */
export function isUnfit(failure: ProviderFailure): boolean {
  const codes = [...finalRefusalCodes, ...noCourierCodes]
  return failure.outcome === 'refused' && codes.includes(failure.code)
}

/** Whether cancelling merely failed this time; the courier did not say that the parcel is on its way. */
export function isCancelFailed(failure: ProviderFailure): boolean {
  return cancelFailedCodes.includes(failure.code)
}
