import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, toWire } from '../../domain/kernel/index.ts'
import { bookShipment, getShipment, shipmentTransitions } from '../../domain/logistics/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { parcelOrigin } from '../../runtime/parcel-origin.ts'

const status = z.enum(Object.keys(shipmentTransitions) as (keyof typeof shipmentTransitions)[])

const shipment = z.object({
  id: z.uuid(),
  code: z.string(),
  order_id: z.uuid(),
  status,
  courier: z.object({ company: z.string(), type: z.string() }),
  waybill: z.string().nullable(),
  tracking_url: z.string().nullable(),
  events: z.array(z.object({ status, note: z.string().nullable(), happened_at: z.string() })),
})

const newShipment = z.strictObject({
  order_id: z.uuid(),
  courier: z.strictObject({ company: z.string().min(1).max(40), type: z.string().min(1).max(40) }).optional(),
})

/** Shipments: seen by the buyer of the order and by staff, booked by laku itself or by staff. */
export const shipmentRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const { units, providers, config } = laku

    app.get(
      '/api/shipments/:id',
      {
        config: { access: 'signed-in' },
        schema: { params: z.strictObject({ id: z.string().min(1).max(60) }), response: { 200: shipment } },
      },
      async (request) =>
        toWire(await request.read((work) => getShipment(work, request.params.id))) as z.infer<
          typeof shipment
        >,
    )

    app.post(
      '/api/shipments',
      { config: { access: 'staff' }, schema: { body: newShipment, response: { 201: shipment } } },
      async (request, reply) => {
        const { orderId, courier } = fromWire(request.body)
        const { actor } = request
        const context = { units, actor, courier: providers.courier, origin: parcelOrigin(config) }
        // An order has one live shipment, so a repeated call books nothing twice, with or without a key.
        const { id } = await bookShipment(context, orderId, courier)
        return await request.change(reply, 201, (work) => getShipment(work, id))
      },
    )
  }
