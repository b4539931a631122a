import { sql } from 'kysely'
import { asRecords, type EventOf, moveState, type Work } from '../../kernel/index.ts'
import type { ShipmentStatus } from '../../logistics/index.ts'
import { type LockedOrder, lockOrders } from '../lock.ts'
import { returnUntil } from '../returns/window.ts'
import {
  bookableStates,
  bookedStates,
  deliverySequence,
  type OrderStatus,
  orderMachine,
  orderTransitions,
  refundStates,
  travellingStates,
} from '../transitions.ts'
import { applyStatusEffects } from './apply-status-effects.ts'
import { isNeverSent, takeBackUnsent } from './take-back-unsent.ts'

/** The order status that follows from each parcel status, while the parcel is on its way to the buyer. */
const orderStatusOf: Partial<Record<ShipmentStatus, OrderStatus>> = {
  pending: 'processing',
  booked: 'ready_for_pickup',
  picked_up: 'picked_up',
  in_transit: 'in_transit',
  delivered: 'delivered',
}

/**
 * The order status (`to`) that follows from each status of a parcel that is returned or lost. An order gets
 * this status only if its present status is in the list `from`.
 */
const astray: Partial<Record<ShipmentStatus, { to: OrderStatus; from: readonly OrderStatus[] }>> = {
  returning: { to: 'returning', from: bookedStates },
  returned: { to: 'returned', from: [...bookedStates, 'returning'] },
  lost: { to: 'failed', from: [...bookedStates, 'returning'] },
}

/**
 * The reason for putting an order on hold if its courier refused to carry the parcel. The courier would
 * refuse it again, so a person must act.
 */
const NOT_SERVICEABLE = 'no_serviceable_address'

/**
 * The reason stored with an order whose courier first accepted its parcel and then cancelled it. The address
 * may be fine, so another booking may succeed.
 */
const CANCELLED_BY_COURIER = 'courier_called_off'

interface Move {
  order: LockedOrder
  to: OrderStatus
  reason: string | null
  waybill: string | null
  trackingUrl: string | null
  trackingStatus: ShipmentStatus
}

/** Reaction to shipment.created: sets the order to `processing`, because its parcel is being packed. */
export async function startProcessing(work: Work, events: EventOf<'shipment.created'>[]): Promise<void> {
  await moveOrders(
    work,
    events.map(({ payload }) => ({ ...payload, to: 'pending' as const, waybill: null, trackingUrl: null })),
  )
}

/**
 * Reaction to shipment.status_changed: sets the order to the status that follows from its parcel's status,
 * and stores the waybill number.
 */
export async function applyShipmentStatus(
  work: Work,
  events: EventOf<'shipment.status_changed'>[],
): Promise<void> {
  await moveOrders(
    work,
    events.map((event) => event.payload),
  )
}

/**
 * Reaction to shipment.waybill_changed: stores the courier's new waybill number in the order, so that the
 * buyer gets the right one.
 */
export async function applyWaybillChanges(
  work: Work,
  events: EventOf<'shipment.waybill_changed'>[],
): Promise<void> {
  const records = events.map(({ payload: { orderId: id, waybill, trackingUrl } }) => ({
    id,
    waybill,
    trackingUrl,
  }))
  await sql`
    update orders o set waybill = coalesce(r.waybill, o.waybill), tracking_url = coalesce(r.tracking_url, o.tracking_url),
      tracked_at = ${work.now}, updated_at = ${work.now}
    from jsonb_to_recordset(${asRecords(records)}::jsonb) as r(id uuid, waybill text, tracking_url text)
    where o.id = r.id`.execute(work.tx)
}

interface ParcelUpdate {
  orderId: string
  to: ShipmentStatus
  waybill: string | null
  trackingUrl: string | null
}

async function moveOrders(work: Work, updates: readonly ParcelUpdate[]): Promise<void> {
  // If one transaction brings two updates about a parcel, only the last update counts.
  const latest = new Map(updates.map((update) => [update.orderId, update]))
  const orders = await lockOrders(work.tx, latest.keys())
  const moves = [...orders.values()].map((order) => moveOf(order, latest.get(order.id) as ParcelUpdate))
  for (const { order, to } of moves) if (isNeverSent(order, to)) await takeBackUnsent(work, order.id)
  await moveState(work, orderMachine, {
    rows: moves.map(({ order, to, reason, ...facts }) => ({
      id: order.id,
      status: to,
      statusReason: reason,
      ...facts,
    })),
    stays: true,
    all: true,
    set: {
      waybill: sql`coalesce(r.waybill, t.waybill)`,
      trackingUrl: sql`coalesce(r.tracking_url, t.tracking_url)`,
      trackedAt: work.now,
      deliveredAt: sql`case when r.status = 'delivered' then coalesce(t.delivered_at, ${work.now}) else t.delivered_at end`,
      returnUntil: sql`case when r.status = 'delivered' then coalesce(t.return_until, ${returnUntil(work)}) else t.return_until end`,
      updatedAt: work.now,
    },
  })
  await applyStatusEffects(work, moves)
  for (const move of moves) reportContradictedOrder(work, move)
}

/**
 * Requests attention if staff had ended an order and a courier delivers its parcel all the same. The buyer
 * may then have both the goods and the money, so a person decides.
 */
function reportContradictedOrder(work: Work, { order: { id, code, status }, trackingStatus }: Move): void {
  if (trackingStatus !== 'delivered' || !refundStates.includes(status)) return
  work.requestAttention({
    kind: 'order_contradicted',
    subject: ['order', id],
    message: `The parcel of ${code} was delivered, but the order is ${status}, so the buyer may have both goods and money. Look at the order and ask the buyer.`,
    command: `laku orders show ${code}`,
    details: { code, status },
  })
}

function moveOf(order: LockedOrder, { to: parcel, waybill, trackingUrl }: ParcelUpdate): Move {
  const facts = { order, waybill, trackingUrl, trackingStatus: parcel }
  // If staff book a courier for an order on hold, the order is treated like an order with status `paid`.
  const released = order.status === 'on_hold' && parcel === 'pending'
  const here = deliverySequence.indexOf(released ? 'paid' : order.status)
  if (parcel === 'cancelled' && bookableStates.includes(order.status)) {
    return { ...facts, to: 'on_hold', reason: NOT_SERVICEABLE }
  }
  const isOff = parcel === 'cancelled' || parcel === 'not_found'
  if (isOff && (order.status === 'ready_for_pickup' || travellingStates.includes(order.status))) {
    return { ...facts, to: 'processing', reason: CANCELLED_BY_COURIER }
  }
  if (parcel === 'delivered' && order.status === 'returning') return { ...facts, to: parcel, reason: null }
  const end = astray[parcel]
  if (end?.from.includes(order.status)) return { ...facts, to: end.to, reason: null }
  const target = orderStatusOf[parcel]
  const forward =
    target !== undefined &&
    here >= 0 &&
    deliverySequence.indexOf(target) > here &&
    orderTransitions[order.status].includes(target)
  return forward
    ? { ...facts, to: target, reason: null }
    : { ...facts, to: order.status, reason: order.statusReason }
}
