import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  type Actor,
  claimKeys,
  DomainError,
  forgetKeys,
  fromWire,
  type IdempotencyKey,
  type StoredAnswer,
  statesOf,
  storeAnswers,
  toWire,
  type Work,
} from '../../domain/kernel/index.ts'
import { getShipment, shipmentTransitions } from '../../domain/logistics/index.ts'
import { bookShipment } from '../../domain/order/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { parcelOrigin } from '../../runtime/parcel-origin.ts'
import { sendAnswer } from '../access.ts'
import { readAgain } from '../read-again.ts'
import { byIdOrCode, courierChoice } from '../wire-parts.ts'

const status = z.enum(statesOf(shipmentTransitions))

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
  courier: courierChoice.optional(),
})

/**
 * Claims the idempotency key of a request to book a courier, in a transaction before the booking. The process
 * may stop before the request is answered. Then a repeated request continues the booking. Nothing is booked
 * twice, because an order has only one live shipment.
 */
async function claimOrGoOn(work: Work, key: IdempotencyKey): Promise<StoredAnswer | undefined> {
  const [claim] = await claimKeys(work, [key])
  if (!(claim instanceof Error)) return claim
  if (claim instanceof DomainError && claim.code === 'kernel.idempotency_in_progress') return undefined
  throw claim
}

const shipmentAgain = readAgain((work, { id }) => getShipment(work, id))

/** The routes of shipments: the order's buyer and staff see shipments, and laku itself or staff book them. */
export const shipmentRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const { unitOfWork, providers, config } = laku
    const book = async (request: { actor: Actor; body: z.infer<typeof newShipment> }) => {
      const { orderId, courier } = fromWire(request.body)
      const { actor } = request
      const context = { unitOfWork, actor, courier: providers.courier, origin: parcelOrigin(config) }
      return (await bookShipment(context, orderId, courier)).id
    }

    app.get(
      '/api/shipments/:id',
      {
        config: { access: 'signed-in' },
        schema: {
          summary: 'A parcel and its history, by id or code',
          params: byIdOrCode,
          response: { 200: shipment },
        },
      },
      async (request) => toWire(await request.read((work) => getShipment(work, request.params.id))),
    )

    app.post(
      '/api/shipments',
      {
        config: { access: 'staff' },
        schema: { summary: 'Book the parcel of an order', body: newShipment, response: { 201: shipment } },
      },
      async (request, reply) => {
        const key = request.idempotencyKey()
        const before = key && (await request.read((work) => claimOrGoOn(work, key)))
        if (before) return sendAnswer(reply, await request.read((work) => shipmentAgain(work, before)))
        const id = await book(request).catch(async (error) => {
          if (key && error instanceof DomainError) await request.read((work) => forgetKeys(work, [key]))
          throw error
        })
        const body = await request.read(async (work) => {
          const body = toWire(await getShipment(work, id))
          if (key) await storeAnswers(work, [{ ...key, answer: { status: 201, body } }])
          return body
        })
        return reply.code(201).send(body)
      },
    )
  }
