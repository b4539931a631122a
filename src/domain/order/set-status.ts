import { sql } from 'kysely'
import { moveState, requireStaff, requireTransition, type StaffRole, type Work } from '../kernel/index.ts'
import { endUnrequestedParcel } from '../logistics/index.ts'
import { endAttention } from '../ops/index.ts'
import { cancelOrder } from './cancel.ts'
import { orderErrors } from './errors.ts'
import { applyStatusEffects } from './fulfilment/apply-status-effects.ts'
import { refundUndeliverable, restockAll } from './fulfilment/refund-undeliverable.ts'
import { isNeverSent, takeBackUnsent } from './fulfilment/take-back-unsent.ts'
import { isRefundDecided, type LockedOrder, lockOrder, subjectOf } from './lock.ts'
import { reserveForOrder } from './placement/reserve.ts'
import { getOrder } from './read.ts'
import { giftOf } from './refunds/order-money.ts'
import { acceptReturn } from './returns/accept.ts'
import { refuseReturn } from './returns/refuse.ts'
import { returnUntil } from './returns/window.ts'
import { takeOrderLimit } from './take-order-limit.ts'
import { orderMachine, orderTransitions, type statesByHand } from './transitions.ts'
import type { OrderView } from './views.ts'

const handlerRoles: readonly StaffRole[] = ['support', 'warehouse', 'service']
const deciderRoles: readonly StaffRole[] = ['support', 'service']

/**
 * The roles that may set each order status by hand. Roles that handle parcels say how far the parcel is;
 * roles that answer buyers set the statuses that cost money.
 */
const rolesOf = {
  processing: handlerRoles,
  ready_for_pickup: handlerRoles,
  picked_up: handlerRoles,
  in_transit: handlerRoles,
  delivered: handlerRoles,
  on_hold: handlerRoles,
  returning: handlerRoles,
  returned: handlerRoles,
  failed: deciderRoles,
  cancelled: deciderRoles,
  refunded: deciderRoles,
} as const satisfies Record<StatusByHand, readonly StaffRole[]>

export type StatusByHand = (typeof statesByHand)[number]

/**
 * Sets an order's status by hand (`PATCH /api/orders/:id/status`). An order that leaves on_hold or returned
 * gets stock reserved and a courier booked again. If the parcel came back, setting the status `refunded`
 * refunds the buyer. If the buyer has requested a return, the status `returned` accepts that return, and
 * `delivered` refuses it.
 * @throws CourierBooked (order.parcel_booked) where cancelling needs the courier first: run it by
 * `withParcelCancelled`
 * @throws order.not_found, reason_required, parcel_booked, out_of_stock, return_open, refund_decided,
 *   kernel.illegal_transition, kernel.forbidden
 */
export async function setOrderStatus(
  work: Work,
  input: { order: string; status: StatusByHand; reason?: string | undefined },
): Promise<OrderView> {
  const { status, reason } = input
  requireStaff(work.actor, ...rolesOf[status])
  if (status === 'cancelled') return await cancelOrder(work, { order: input.order, reason })
  const { id, code, status: before } = await getOrder(work, input.order)
  if (before === 'return_requested') return await decideReturn(work, { code, status, reason })
  if (status === 'refunded') await refundUndeliverable(work, id)
  else await move(work, id, status, reason)
  const after = await getOrder(work, id)
  const facts = [{ status: before }, { status: after.status, reason }] as const
  const verb = status === 'on_hold' ? 'hold' : before === 'on_hold' ? 'release' : 'set-status'
  work.audit({ command: `orders ${verb}`, subject: ['order', id], before: facts[0], after: facts[1] })
  return after
}

async function move(
  work: Work,
  id: string,
  status: Exclude<StatusByHand, 'cancelled' | 'refunded'>,
  reason: string | undefined,
): Promise<void> {
  const order = await lockOrder(work.tx, id)
  requireTransition(orderTransitions, order.status, status, 'order')
  if (order.status === 'return_requested') throw orderErrors.return_open({ orderId: id, code: order.code })
  // The company refunds the buyer of a lost parcel in full. So if a person sets the order to failed, this
  // counts towards that person's limits on giving away money.
  if (status === 'failed') await takeOrderLimit(work, id, giftOf('order_failed', order, order.totalIdr))
  if (status === 'on_hold' && !reason) throw orderErrors.reason_required({ orderId: id })
  const goesBack = status === 'processing' && order.status !== 'paid'
  if (status === 'on_hold' || goesBack) await requireNoParcel(work, order)
  if (order.status === 'returned') await takeBackIn(work, order)
  if (isNeverSent(order, status)) await takeBackUnsent(work, id)
  else if (order.status === 'returned' || (goesBack && !order.allocated)) await reserveForOrder(work, id)
  const arrived = status === 'delivered'
  await moveState(work, orderMachine, {
    to: status,
    ids: [id],
    all: true,
    set: {
      statusReason: reason ?? null,
      allocated: order.allocated || goesBack,
      ...(arrived && {
        deliveredAt: sql`coalesce(t.delivered_at, ${work.now})`,
        returnUntil: sql`coalesce(t.return_until, ${returnUntil(work)})`,
      }),
      updatedAt: work.now,
    },
  })
  await applyStatusEffects(work, [{ order, to: status }])
  if (goesBack) {
    work.emit({ type: 'order.allocated', aggregate: ['order', id], payload: subjectOf(order) })
  }
}

/**
 * Accepts or refuses a whole return of goods. If it accepts the return, all of the goods count as fit to be
 * sold again. `laku orders returns accept` accepts a return item by item.
 */
async function decideReturn(
  work: Work,
  { code, status, reason }: { code: string; status: StatusByHand; reason: string | undefined },
): Promise<OrderView> {
  requireStaff(work.actor, ...deciderRoles)
  requireTransition(orderTransitions, 'return_requested', status, 'order')
  if (status === 'returned') await acceptReturn(work, { return: code, note: reason })
  else if (reason) await refuseReturn(work, { return: code, reason })
  else throw orderErrors.reason_required({ code })
  return await getOrder(work, code)
}

/**
 * Ends the order's parcel if laku has not asked a courier to carry it yet. Throws if a courier is booked:
 * then the parcel must be cancelled first.
 */
async function requireNoParcel(work: Work, { id, code }: LockedOrder): Promise<void> {
  const parcel = await endUnrequestedParcel(work, id)
  if (parcel)
    throw orderErrors.parcel_booked({ orderId: id, code, shipment: parcel.code, status: parcel.status })
}

/**
 * Restocks the goods of an order whose parcel the courier brought back, so that the goods can be sent again.
 * Throws if the buyer's refund is already decided.
 */
async function takeBackIn(work: Work, { id, code, status }: LockedOrder): Promise<void> {
  if (await isRefundDecided(work.tx, id)) throw orderErrors.refund_decided({ orderId: id, code, status })
  await restockAll(work, id)
  await endAttention(work, 'order_came_back', id, 'sent again')
}
