import { randomBytes, randomInt } from 'node:crypto'
import { cancellableStatuses } from '../../providers/biteship/facts.ts'
import { outcomeDelayMs, type SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { biteshipError } from './errors.ts'
import { type NewOrder, readNewOrder } from './order-request.ts'

export interface Order {
  id: string
  trackingId: string
  /** The waybill number; null until the courier gives one. */
  waybillId: string | null
  request: NewOrder
  status: string
  priceIdr: number
  history: { service_type: string; status: string; note: string; updated_at: string }[]
}

/** All booked parcels, by order id, by reference and by tracking id. */
export class Parcels {
  orders = new Map<string, Order>()
  byReference = new Map<string, Order>()
  byTracking = new Map<string, Order>()

  clear(): void {
    this.orders.clear()
    this.byReference.clear()
    this.byTracking.clear()
  }
}

/** Lists all bookings of the sandbox. A test can compare the merchant's own records with this list. */
export const parcelsOf = ({ orders }: Parcels): object[] =>
  [...orders.values()].map(({ id, status, priceIdr, request }) => ({
    id,
    reference_id: request.referenceId,
    status,
    price: priceIdr,
  }))

const hex = (bytes: number) => randomBytes(bytes).toString('hex')

/**
 * Makes an order, as `POST /v1/orders` does. Throws 40002060 if another order has the same `reference_id`,
 * with `details` of that order. Throws 400020xx for an incomplete request.
 */
export function createOrder(context: SandboxContext, parcels: Parcels, body: unknown): Order {
  const request = readNewOrder(body)
  const existing = request.referenceId === null ? undefined : parcels.byReference.get(request.referenceId)
  if (existing)
    throw biteshipError(400, 40002060, 'An order with this reference id exists', {
      order_id: existing.id,
      waybill_id: existing.waybillId,
      reference_id: request.referenceId,
    })
  const refusal = context.profile.of('biteship.order-refusal')
  if (refusal !== 'none') throw biteshipError(400, Number(refusal), 'Refused, as the profile has it')
  const order: Order = {
    id: hex(12),
    trackingId: hex(12),
    waybillId: null,
    request,
    status: request.deliveryType === 'scheduled' ? 'scheduled' : 'confirmed',
    priceIdr: request.priceIdr,
    history: [],
  }
  addHistory(context, order, 'Order has been confirmed')
  parcels.orders.set(order.id, order)
  parcels.byTracking.set(order.trackingId, order)
  if (request.referenceId !== null) parcels.byReference.set(request.referenceId, order)
  giveWaybill(context, order)
  return order
}

const newWaybill = () => `WYB-${randomInt(1e12, 1e13)}`

/**
 * Gives an order its waybill number. A test chooses by the switch biteship.waybill whether the number comes
 * at once or after the answer. A number that comes after the answer is reported by a webhook.
 */
function giveWaybill(context: SandboxContext, order: Order): void {
  if (context.profile.of('biteship.waybill') === 'at_once') {
    order.waybillId = newWaybill()
    return
  }
  context.schedule.after(outcomeDelayMs(), () => {
    if (order.waybillId === null) moveParcel(context, order, { waybillId: newWaybill() })
  })
}

/**
 * Adds one line to an order's history. Its time is always later than the time of the line before, even if the
 * clock has not moved.
 */
function addHistory(context: SandboxContext, order: Order, note: string): void {
  const before = order.history.at(-1)
  const at = Math.max(context.now().getTime(), before ? Date.parse(before.updated_at) + 1 : 0)
  order.history.push({
    service_type: order.request.courier.type,
    status: order.status,
    note,
    updated_at: new Date(at).toISOString(),
  })
}

/** Finds an order by its id. Throws 404 with 40002057. */
export function findOrder(parcels: Parcels, id: string): Order {
  const order = parcels.orders.get(id)
  if (!order) throw biteshipError(404, 40002057, 'Order not found')
  return order
}

/**
 * Cancels an order, for `POST /v1/orders/:id/cancel`. Throws 400 with 40002053 if the parcel is on its way,
 * or if the request has no reason code.
 */
export function cancelOrder(context: SandboxContext, order: Order, body: unknown): void {
  const reasonCode = textOf(fieldsOf(body).cancellation_reason_code)
  if (reasonCode === undefined) throw biteshipError(400, 40002053, 'cancellation_reason_code is required')
  if (!cancellableStatuses.includes(order.status))
    throw biteshipError(400, 40002053, `Order cannot be cancelled when it is ${order.status}`)
  const answer = context.profile.of('biteship.cancel')
  if (answer === 'fails') throw biteshipError(400, 40002055, 'Failed to cancel the order at the courier')
  order.status = answer
  addHistory(context, order, `Order has been cancelled: ${reasonCode}`)
  sendStatusWebhook(context, order)
}

/** A change that a test makes to a parcel on its way. */
export interface ParcelMove {
  /** The next status of the parcel. Any text is accepted, because unknown and camelCase values occur. */
  status?: string | undefined
  note?: string | undefined
  /** The new price after the courier weighed the parcel again (IDR). */
  price?: number | undefined
  /** The new waybill number, if the courier gave the parcel another one. */
  waybillId?: string | undefined
}

/**
 * Moves a parcel and sends the merchant a webhook for each change: `order.status`, `order.price`,
 * `order.waybill_id`.
 */
export function moveParcel(context: SandboxContext, order: Order, move: ParcelMove): void {
  if (move.waybillId !== undefined) {
    order.waybillId = move.waybillId
    tell(context, { event: 'order.waybill_id', order_id: order.id, status: order.status, ...names(order) })
  }
  if (move.price !== undefined) {
    order.priceIdr = move.price
    tell(context, {
      event: 'order.price',
      order_id: order.id,
      status: order.status,
      price: order.priceIdr,
      shippment_fee: order.priceIdr,
      ...names(order),
    })
  }
  if (move.status === undefined) return
  order.status = move.status
  addHistory(context, order, move.note ?? `Parcel is ${move.status}`)
  sendStatusWebhook(context, order)
}

function names(order: Order): { courier_tracking_id: string; courier_waybill_id: string | null } {
  return { courier_tracking_id: order.trackingId, courier_waybill_id: order.waybillId }
}

function sendStatusWebhook(context: SandboxContext, order: Order): void {
  tell(context, {
    event: 'order.status',
    ...names(order),
    courier_company: order.request.courier.company,
    courier_type: order.request.courier.type,
    ...prefixed(driverOf(context, order)),
    order_id: order.id,
    order_price: order.priceIdr,
    status: order.status,
  })
}

function tell(context: SandboxContext, update: object): void {
  const { webhookHeader, webhookSecret } = context.options.biteship
  context.webhooks.deliver({
    path: '/api/webhooks/biteship',
    headers: { [webhookHeader]: webhookSecret },
    body: JSON.stringify(update),
  })
}

interface Driver {
  driver_name: string | null
  driver_phone: string | null
  link: string | null
}

/**
 * Returns the driver of an order and the tracking link, which are known as soon as the order has a waybill.
 */
function driverOf(context: SandboxContext, order: Order): Driver {
  if (order.waybillId === null) return { driver_name: null, driver_phone: null, link: null }
  return { driver_name: 'Budi', driver_phone: '081200000000', link: trackingLink(context, order) }
}

const prefixed = ({ driver_name, driver_phone, link }: Driver) => ({
  courier_driver_name: driver_name,
  courier_driver_phone: driver_phone,
  courier_link: link,
})

function trackingLink(context: SandboxContext, order: Order): string {
  return `${context.publicUrl()}/biteship/track/${order.trackingId}`
}

/** Returns an order in the form in which Biteship answers the request that creates the order. */
export function orderAnswer(context: SandboxContext, order: Order): object {
  const { request } = order
  return {
    success: true,
    message: 'Order successfully retrieved',
    object: 'order',
    id: order.id,
    short_id: order.id.slice(-6),
    shipper: request.shipper,
    origin: request.origin,
    destination: request.destination,
    courier: {
      tracking_id: context.profile.of('biteship.tracking') === 'null' ? null : order.trackingId,
      waybill_id: order.waybillId,
      company: request.courier.company,
      type: request.courier.type,
      name: request.courier.courierName,
      ...driverOf(context, order),
    },
    delivery: {
      type: request.deliveryType,
      datetime: request.deliveryDate ? `${request.deliveryDate} ${request.deliveryTime ?? ''}`.trim() : null,
      note: request.note,
    },
    reference_id: request.referenceId,
    items: request.items,
    metadata: request.metadata,
    note: request.note,
    currency: 'IDR',
    price: order.priceIdr,
    status: order.status,
  }
}

/**
 * Returns an order in the form in which Biteship answers a later read of the order. This form contains the
 * order's history.
 */
export function orderWithHistory(context: SandboxContext, order: Order): object {
  const answer = orderAnswer(context, order)
  const timeless = context.profile.of('biteship.tracking') === 'null'
  const history = timeless ? order.history.map((line) => ({ ...line, updated_at: null })) : order.history
  return { ...answer, courier: { ...fieldsOf(fieldsOf(answer).courier), history } }
}

/** Answers `GET /v1/trackings/:id`. */
export function trackingAnswer(context: SandboxContext, order: Order): object {
  return {
    success: true,
    message: 'Successfully get tracking info',
    object: 'tracking',
    id: order.trackingId,
    waybill_id: order.waybillId,
    courier: { company: order.request.courier.company, driver_name: 'Budi', driver_phone: '081200000000' },
    origin: order.request.origin,
    destination: order.request.destination,
    history: order.history.map(({ note, status, updated_at }) => ({ note, status, updated_at })),
    link: trackingLink(context, order),
    order_id: order.id,
    status: order.status,
  }
}
