import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  createOrdersOf,
  escrowPayment,
  fulfilDemand,
  refundSession,
  releaseEscrowOf,
  type SessionOrders,
} from '../../domain/group-buying/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { payment } from '../wire-parts.ts'

const sessionBody = z.strictObject({ session_id: z.uuid(), reason: z.string().min(1).max(500).optional() })
const onlySession = z.strictObject({ session_id: z.uuid() })
const money = z.object({ session_id: z.uuid(), count: z.int(), amount_idr: z.int() })

const purchaseOrder = z.object({
  id: z.uuid(),
  code: z.string(),
  status: z.string(),
  status_reason: z.string().nullable(),
  factory: z.object({ id: z.uuid(), name: z.string() }),
  session_id: z.uuid().nullable(),
  items: z.array(
    z.object({
      variant_id: z.uuid(),
      sku: z.string(),
      name: z.string(),
      quantity: z.int(),
      wholesale_unit: z.int(),
      received: z.int(),
      damaged: z.int(),
    }),
  ),
  freight_idr: z.int().nullable(),
  freight_source: z.string().nullable(),
  created_at: z.string(),
  sent_at: z.string().nullable(),
  confirmed_at: z.string().nullable(),
  updated_at: z.string(),
})

const fulfilment = z.object({
  session_id: z.uuid(),
  outcome: z.enum(['reserved', 'purchase_order']),
  reservations: z.array(z.object({ variant_id: z.uuid(), quantity: z.int() })),
  missing: z.array(z.object({ variant_id: z.uuid(), sku: z.string(), missing: z.int() })),
  purchase_order: purchaseOrder.optional(),
})

const orders = z.object({ session_id: z.uuid(), count: z.int(), order_ids_url: z.string() })

/**
 * The routes by which staff and services request the next step of a group-buying session. laku also runs
 * these steps automatically; if the step is done already, the answer has the count 0.
 */
export const groupCallRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'staff' } as const

    app.post(
      '/api/payments/escrow',
      {
        config,
        schema: {
          summary: 'The escrow payment of a participant',
          body: z.strictObject({ participant_id: z.uuid() }),
          response: { 201: payment },
        },
      },
      async (request, reply) =>
        await request.change(reply, 201, (work) =>
          escrowPayment(work, {
            participantId: request.body.participant_id,
            publicUrl: laku.config.publicUrl,
          }),
        ),
    )

    app.post(
      '/api/payments/release-escrow',
      {
        config,
        schema: {
          summary: 'Release the escrow of a session whose orders exist',
          body: sessionBody,
          response: { 200: money },
        },
      },
      async (request, reply) =>
        await request.change(reply, 200, (work) =>
          releaseEscrowOf(work, { sessionId: request.body.session_id }),
        ),
    )

    app.post(
      '/api/payments/refund-session',
      {
        config,
        schema: {
          summary: 'Refund all participants of a session that ended without orders',
          body: sessionBody,
          response: { 200: money },
        },
      },
      async (request, reply) => {
        const { session_id: sessionId, reason } = request.body
        return await request.change(reply, 200, (work) => refundSession(work, { sessionId, reason }))
      },
    )

    app.post(
      '/api/warehouse/fulfill-demand',
      {
        config,
        schema: {
          summary: 'Reserve stock for a session that met its MOQ',
          body: onlySession,
          response: { 200: fulfilment },
        },
      },
      async (request, reply) =>
        await request.change(reply, 200, (work) =>
          fulfilDemand(work, { sessionId: request.body.session_id }),
        ),
    )

    app.post(
      '/api/orders/bulk',
      {
        config,
        schema: {
          summary: 'Make the orders of a session',
          body: onlySession,
          response: { 200: orders, 201: orders },
        },
      },
      async (request, reply) =>
        await request.change(
          reply,
          ({ count }: SessionOrders) => (count === 0 ? 200 : 201),
          (work) => createOrdersOf(work, { sessionId: request.body.session_id }),
        ),
    )
  }
