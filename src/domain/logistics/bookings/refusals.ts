import { cancelFailedCodes, finalRefusalCodes, noCourierCodes } from '../../../providers/biteship/facts.ts'
import type { ProviderFailure } from '../../kernel/index.ts'

/**
 * Whether a booking failed because no courier delivers to the address. That does not change if the courier is
 * asked again.
 */
export function isUnserviceable(failure: ProviderFailure): boolean {
  return failure.outcome === 'refused' && noCourierCodes.includes(failure.code)
}

/**
 * Whether the courier will refuse this parcel until its address or courier is changed. Any other refusal (an
 * empty courier deposit, a wrong API key) is about laku itself: once that is fixed, the courier takes the
 * parcel.
 */
export function isUnfit(failure: ProviderFailure): boolean {
  const codes = [...finalRefusalCodes, ...noCourierCodes]
  return failure.outcome === 'refused' && codes.includes(failure.code)
}

/**
 * True if the cancellation of a parcel failed, but may succeed later. False if the courier refused the
 * cancellation, because the parcel is already on its way.
 */
export function isCancelFailed(failure: ProviderFailure): boolean {
  return cancelFailedCodes.includes(failure.code)
}
