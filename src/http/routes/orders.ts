import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Actor, fromWire, statesOf, toWire } from '../../domain/kernel/index.ts'
import { withRate } from '../../domain/logistics/index.ts'
import {
  cancelOrder,
  createOrder,
  getOrder,
  getReturn,
  listOrders,
  orderTransitions,
  requestReturn,
  returnReasons,
  returnStatuses,
  setOrderStatus,
  statesByHand,
  withParcelCancelled,
} from '../../domain/order/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { readAgain } from '../read-again.ts'
import {
  byIdOrCode,
  courierChoice,
  idr,
  listOf,
  namesPartRightly,
  paging,
  partNamedWrongly,
  payment,
  payWith,
  wantedItems,
} from '../wire-parts.ts'

const status = z.enum(statesOf(orderTransitions))
const time = z.string()

const order = z.object({
  id: z.uuid(),
  code: z.string(),
  user_id: z.uuid(),
  status,
  status_reason: z.string().nullable(),
  session_id: z.uuid().nullable(),
  allocated: z.boolean(),
  items: z.array(
    z.object({
      id: z.uuid(),
      product_id: z.uuid(),
      variant_id: z.uuid(),
      sku: z.string(),
      name: z.string(),
      quantity: z.int(),
      unit_price_idr: idr,
      total_idr: idr,
    }),
  ),
  goods_idr: idr,
  shipping_idr: idr,
  shipping_is_estimate: z
    .boolean()
    .describe(
      'the fee is an estimate: if the courier takes less, the difference is returned; if it takes more, the buyer pays nothing more',
    ),
  total_idr: idr,
  address: z.object({
    recipient_name: z.string(),
    phone: z.string(),
    street: z.string(),
    district: z.string(),
    city: z.string(),
    province: z.string(),
    postal_code: z.string(),
  }),
  courier: z.object({ company: z.string(), type: z.string() }),
  waybill: z.string().nullable(),
  tracking_url: z.string().nullable(),
  shipment: z.object({ id: z.uuid(), code: z.string(), status: z.string() }).nullable(),
  returns: z.array(
    z.object({
      id: z.uuid(),
      status: z.string(),
      reason: z.string(),
      refund_idr: idr.nullable(),
      decision_note: z.string().nullable(),
    }),
  ),
  created_at: time,
  paid_at: time.nullable(),
  delivered_at: time.nullable(),
  return_until: time.nullable(),
})

const placed = z.object({
  order,
  payment,
})

const newOrder = z
  .strictObject({
    items: wantedItems,
    address_id: z.uuid(),
    courier: courierChoice.optional(),
    ...payWith,
  })
  .refine(namesPartRightly, partNamedWrongly)

const returned = z.object({
  id: z.uuid(),
  order: z.object({ id: z.uuid(), code: z.string() }),
  user_id: z.uuid(),
  status: z.enum(returnStatuses),
  reason: z.enum(returnReasons),
  note: z.string().nullable(),
  photos: z.array(z.string()),
  items: z.array(
    z.object({
      order_item_id: z.uuid(),
      sku: z.string(),
      name: z.string(),
      quantity: z.int(),
      condition: z.enum(['restocked', 'written_off']).nullable(),
      goods_idr: idr.nullable(),
    }),
  ),
  refund_idr: idr.nullable(),
  shipping_idr: idr,
  decision_note: z.string().nullable(),
  requested_at: time,
  decided_at: time.nullable(),
})

const newReturn = z.strictObject({
  items: z
    .array(z.strictObject({ order_item_id: z.uuid(), quantity: z.int().min(1).max(100_000) }))
    .min(1)
    .max(50)
    .optional(),
  reason: z.enum(returnReasons),
  note: z.string().trim().min(1).max(1000).optional(),
  photos: z
    .array(z.url({ protocol: /^https?$/ }).max(500))
    .max(10)
    .optional(),
})

const orderAgain = readAgain((work, { id }) => getOrder(work, id))
const placedAgain = readAgain(async (work, { order: { id } }) => ({ order: await getOrder(work, id) }))
const returnAgain = readAgain((work, { id }) => getReturn(work, id))

const reason = z.string().trim().min(1).max(500)
const page = z.strictObject({
  status: status.optional(),
  session_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
  ...paging,
})
const orders = listOf(order)

/** The routes of orders: buyers place, see and cancel orders; staff see them and change their state. */
export const orderRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const { unitOfWork, providers, config } = laku
    const settings = { originPostalCode: config.warehousePostalCode, publicUrl: config.publicUrl }

    const parcels = (actor: Actor) => ({ unitOfWork, actor, courier: providers.courier })

    app.post(
      '/api/orders',
      {
        config: { access: 'customer', again: placedAgain },
        schema: { summary: 'Order goods directly', body: newOrder, response: { 201: placed } },
      },
      async (request, reply) => {
        const input = fromWire(request.body)
        const context = { unitOfWork, actor: request.actor, courier: providers.courier }
        return await withRate(context, (rate) =>
          request.change(reply, 201, (work) => createOrder(work, { ...input, rate }, settings)),
        )
      },
    )

    app.get(
      '/api/orders',
      {
        config: { access: 'signed-in' },
        schema: {
          summary: 'Orders, newest first: the caller’s own, or all for staff',
          querystring: page,
          response: { 200: orders },
        },
      },
      async (request) => {
        const filter = fromWire(request.query)
        return toWire(await request.read((work) => listOrders(work, filter)))
      },
    )

    app.get(
      '/api/orders/:id',
      {
        config: { access: 'signed-in' },
        schema: { summary: 'An order, by id or code', params: byIdOrCode, response: { 200: order } },
      },
      async (request) => toWire(await request.read((work) => getOrder(work, request.params.id))),
    )

    app.post(
      '/api/orders/:id/cancel',
      {
        config: { access: 'signed-in', again: orderAgain },
        schema: {
          summary: 'Cancel an order',
          params: byIdOrCode,
          body: z.strictObject({ reason: reason.optional() }).nullish(),
          response: { 200: order },
        },
      },
      async (request, reply) => {
        const input = { order: request.params.id, reason: request.body?.reason }
        return await withParcelCancelled(parcels(request.actor), () =>
          request.change(reply, 200, (work) => cancelOrder(work, input)),
        )
      },
    )

    app.post(
      '/api/orders/:id/return',
      {
        config: { access: 'customer', again: returnAgain },
        schema: {
          summary: 'Request a return of delivered goods',
          params: byIdOrCode,
          body: newReturn,
          response: { 201: returned },
        },
      },
      async (request, reply) => {
        const input = { order: request.params.id, ...fromWire(request.body) }
        return await request.change(reply, 201, (work) => requestReturn(work, input))
      },
    )

    app.patch(
      '/api/orders/:id/status',
      {
        config: { access: 'staff', again: orderAgain },
        schema: {
          summary: 'Change the status of an order by hand',
          params: byIdOrCode,
          body: z.strictObject({ status: z.enum(statesByHand), reason: reason.optional() }),
          response: { 200: order },
        },
      },
      async (request, reply) => {
        const input = { order: request.params.id, ...request.body }
        return await withParcelCancelled(parcels(request.actor), () =>
          request.change(reply, 200, (work) => setOrderStatus(work, input)),
        )
      },
    )
  }
