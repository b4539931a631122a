import type { ProviderFailure } from '../kernel/index.ts'

// Biteship's codes: for rates the place (40001001) or no courier there (40001010).
const NO_COURIER_THERE = new Set(['40001001', '40001010'])

// For orders: no locator (10, 11), contact (14 to 19), postal code (20), courier (26, 27).
const UNFIT_ORDER = new Set(
  [10, 11, 14, 15, 16, 17, 18, 19, 20, 26, 27].map((last) => `400020${String(last).padStart(2, '0')}`),
)

/** No courier goes to this place: a definite no that asking again does not change. */
export function isUnserviceable(failure: ProviderFailure): boolean {
  return failure.outcome === 'refused' && NO_COURIER_THERE.has(failure.code)
}

/**
 * This parcel will be refused until its address or courier is another. Any other refusal (an empty deposit, a wrong
 * key) is about us, and the same parcel is taken once that is mended.
 */
export function isUnfit(failure: ProviderFailure): boolean {
  return (
    failure.outcome === 'refused' && (UNFIT_ORDER.has(failure.code) || NO_COURIER_THERE.has(failure.code))
  )
}
