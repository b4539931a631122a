import type { Work } from '../../kernel/index.ts'
import type { LockedOrder } from '../lock.ts'
import { reserveForOrder } from '../placement/reserve.ts'
import { type OrderStatus, travellingStates } from '../transitions.ts'
import { restockAll } from './refund-undeliverable.ts'

/** Returns true if an order goes back from its parcel's journey to packing, because the parcel never left. */
export const isNeverSent = ({ status }: LockedOrder, to: OrderStatus): boolean =>
  to === 'processing' && travellingStates.includes(status)

/**
 * Puts the goods of a parcel that never left back into stock, and reserves them for the same order again. The
 * caller has locked the order.
 */
export async function takeBackUnsent(work: Work, orderId: string): Promise<void> {
  await restockAll(work, orderId)
  await reserveForOrder(work, orderId)
}
