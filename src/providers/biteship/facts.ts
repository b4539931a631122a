// What Biteship documents and laku relies on. The source, its date and how sure it is stand under the same name in docs/providers.md.

/** biteship.statuses: the words an order goes by. Other words and camelCase occur all the same. */
export const orderStatuses = [
  'confirmed',
  'scheduled',
  'allocated',
  'picking_up',
  'picked',
  'cancelled',
  'on_hold',
  'dropping_off',
  'return_in_transit',
  'returned',
  'rejected',
  'disposed',
  'courier_not_found',
  'delivered',
] as const

/** biteship.cancellable: the statuses in which an order can still be called off. */
export const cancellableStatuses: readonly string[] = ['confirmed', 'scheduled', 'allocated', 'picking_up']
