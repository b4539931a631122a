// laku relies on the facts in this file, which Biteship documents. docs/providers.md gives the source, date
// and certainty of each fact under the same name.

/** biteship.cancellable: the statuses in which an order can still be cancelled. */
export const cancellableStatuses: readonly string[] = ['confirmed', 'scheduled', 'allocated', 'picking_up']

/**
 * biteship.called-off: the statuses of an order that ended before its parcel was on the way. The answer about
 * a cancelled order may say `rejected`.
 */
export const cancelledStatuses: readonly string[] = ['cancelled', 'rejected', 'courier_not_found']

/**
 * biteship.rate-refusals: the error codes for a place that cannot be found (40001001) and for a place that no
 * courier serves (40001010).
 */
export const noCourierCodes: readonly string[] = ['40001001', '40001010']

/**
 * biteship.final-refusals: the error codes that the same parcel gets again each time. Codes 10, 11 and 20
 * concern the place, 12 the address for this courier, and 14 to 19 contacts. The others concern the courier
 * and its service (21 to 27), and its limits and options (34, 38, 40, 41).
 */
export const finalRefusalCodes: readonly string[] = [
  ...[10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 34, 38, 40, 41].map(
    (last) => `400020${last}`,
  ),
]

/**
 * biteship.cancel-failed: the error codes of a cancellation that did not work. The parcel goes on, and the
 * same call may work later.
 */
export const cancelFailedCodes: readonly string[] = ['40002055', '40002056']
