// laku relies on these facts that Biteship documents. The source, its date and how sure it is stand under the
// same name in docs/providers.md.

/** biteship.cancellable: the statuses in which an order can still be cancelled. */
export const cancellableStatuses: readonly string[] = ['confirmed', 'scheduled', 'allocated', 'picking_up']

/**
 * biteship.called-off: the statuses of an order that ended before its way began. Of a cancelled one the
 * answer may say `rejected`.
 */
export const cancelledStatuses: readonly string[] = ['cancelled', 'rejected', 'courier_not_found']

/** biteship.rate-refusals: the place cannot be found (40001001), or no courier goes there (40001010). */
export const noCourierCodes: readonly string[] = ['40001001', '40001010']

/**
 * biteship.final-refusals: the same parcel gets the same no. The address for this courier (12), the place
 * (10, 11, 20), contacts (14 to 19), the courier and its service (21 to 27), and its limits and options (34,
 * 38, 40, 41).
 */
export const finalRefusalCodes: readonly string[] = [
  ...[10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 34, 38, 40, 41].map(
    (last) => `400020${last}`,
  ),
]

/** biteship.cancel-failed: cancelling did not work; the parcel goes on, and the same call may work later. */
export const cancelFailedCodes: readonly string[] = ['40002055', '40002056']
