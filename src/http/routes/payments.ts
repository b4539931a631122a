import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, toWire } from '../../domain/kernel/index.ts'
import { reopenPayment } from '../../domain/order/index.ts'
import { getPayment, paymentView, refundTo } from '../../domain/payment/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { byId, namesPartRightly, partNamedWrongly, payment, payWith } from '../wire-parts.ts'

/**
 * The routes of a customer's own payments: to read one payment, and to create a new one for an order whose
 * last payment expired.
 */
export const paymentRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/api/payments',
      {
        config: { access: 'customer' },
        schema: {
          summary: 'A new payment for an order whose last payment expired',
          body: z.strictObject({ order_id: z.uuid(), ...payWith }).refine(namesPartRightly, partNamedWrongly),
          response: { 201: payment },
        },
      },
      async (request, reply) => {
        const { publicUrl } = laku.config
        const input = fromWire(request.body)
        return await request.change(reply, 201, (work) => reopenPayment(work, input, { publicUrl }))
      },
    )

    app.get(
      '/api/payments/:id',
      {
        config: { access: 'customer' },
        schema: {
          summary: 'One of the caller’s payments',
          params: byId,
          response: { 200: payment },
        },
      },
      async (request) => {
        return await request.read(async (work) => {
          const found = await getPayment(work, request.params.id)
          const view = {
            ...paymentView(found, laku.config.publicUrl),
            refundTo: await refundTo(work, found.id),
          }
          return toWire(view)
        })
      },
    )
  }
