import type { Work } from '../../kernel/index.ts'
import { shipStock } from '../../warehouse/index.ts'
import { type LockedOrder, subjectOf } from '../lock.ts'
import { dispatchedStates, inWarehouseStates, type OrderStatus } from '../transitions.ts'

export interface OrderMove {
  /** The order as it was before its status changed. */
  order: LockedOrder
  to: OrderStatus
}

/**
 * Emits the events for orders whose status changed, and applies the effects of the changes, whoever made
 * them. If a parcel leaves, its order's stock leaves the warehouse. A refused return sets an order back to
 * delivered, and does not emit order.delivered again.
 */
export async function applyStatusEffects(work: Work, moves: readonly OrderMove[]): Promise<void> {
  const moved = moves.filter(({ order, to }) => order.status !== to)
  const left = moved.filter(
    ({ order, to }) => inWarehouseStates.includes(order.status) && dispatchedStates.includes(to),
  )
  await shipStock(
    work,
    left.map(({ order }) => order.id),
  )
  for (const { order, to } of moved) {
    const subject = subjectOf(order)
    const aggregate = ['order', order.id] as const
    work.emit({ type: 'order.status_changed', aggregate, payload: { ...subject, from: order.status, to } })
    if (to === 'returned' && order.status !== 'return_requested') reportReturnedParcel(work, order)
    if (to === 'delivered' && order.status !== 'return_requested') {
      work.emit({ type: 'order.delivered', aggregate, payload: subject })
    }
  }
}

/**
 * Requests attention for a parcel that the courier brought back to the warehouse. A person decides whether
 * the parcel is sent again or the goods are refunded.
 */
function reportReturnedParcel(work: Work, { id, code }: LockedOrder): void {
  work.requestAttention({
    kind: 'order_came_back',
    subject: ['order', id],
    message: `The courier brought the parcel of ${code} back. Send it again, or refund the buyer.`,
    command: `laku orders set-status ${code} processing`,
    details: { code, otherwise: `laku orders set-status ${code} refunded` },
  })
}
