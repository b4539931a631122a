import type { Work } from '../../kernel/index.ts'
import { orderErrors } from '../errors.ts'
import { getOrder } from '../read.ts'
import { setOrderStatus } from '../set-status.ts'
import type { OrderView } from '../views.ts'

/**
 * Ends the hold of an order that is on hold. Its stock is reserved if it was not, and a courier is booked.
 * @throws order.not_found, not_held, out_of_stock, kernel.forbidden
 */
export async function releaseOrder(
  work: Work,
  input: { order: string; reason?: string | undefined },
): Promise<OrderView> {
  const { id, code, status } = await getOrder(work, input.order)
  if (status !== 'on_hold') throw orderErrors.not_held({ orderId: id, code, status })
  return await setOrderStatus(work, { ...input, status: 'processing' })
}
