// The facts in this file are from Biteship's documentation, and laku relies on them. docs/providers.md gives
// the source, date and certainty of each fact under its name.

/** biteship.cancellable: the statuses in which a courier order can still be cancelled. */
export const cancellableStatuses: readonly string[] = ['confirmed', 'scheduled', 'allocated', 'picking_up']

/**
 * biteship.called-off: the statuses of a courier order that ended before its parcel was on the way.
 * `rejected` is among them, because Biteship may give this status to an order that laku cancelled.
 */
export const cancelledStatuses: readonly string[] = ['cancelled', 'rejected', 'courier_not_found']

/**
 * biteship.rate-refusals: the error codes of a rate request for a place that cannot be found (40001001), or
 * that no courier serves (40001010).
 */
export const noCourierCodes: readonly string[] = ['40001001', '40001010']

/**
 * biteship.final-refusals: the error codes after which a repeated booking of the same parcel is refused
 * again. The last two digits of the code show the cause. The digits 10, 11 and 20 concern the place, 12 the
 * address for this courier, and 14 to 19 contacts. The others concern the courier and its service (21 to 27),
 * and its limits and options (34, 38, 40, 41).
 */
export const finalRefusalCodes: readonly string[] = [
  ...[10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 34, 38, 40, 41].map(
    (last) => `400020${last}`,
  ),
]

/**
 * biteship.cancel-failed: the error codes of a failed cancellation of a courier order. The parcel stays on
 * its way; a later cancellation may work.
 */
export const cancelFailedCodes: readonly string[] = ['40002055', '40002056']
