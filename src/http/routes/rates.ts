import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, toWire } from '../../domain/kernel/index.ts'
import { ratesFor } from '../../domain/order/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'
import { readSessionToken } from '../session-token.ts'
import { wantedItems } from '../wire-parts.ts'

const query = z.strictObject({
  destination: z.union([
    z.strictObject({ postal_code: z.string().regex(/^\d{5}$/) }),
    z.strictObject({ address_id: z.uuid() }),
  ]),
  items: wantedItems,
  session_token: z
    .string()
    .max(150)
    .optional()
    .describe('the x-session-token of a session’s page: couriers are asked for its goods without a log-in'),
})

const rates = z.object({
  data: z.array(
    z.object({
      company: z.string(),
      type: z.string(),
      service: z.string(),
      price_idr: z.int(),
      duration: z.string(),
      /** No courier said so for this weight: the zone table's, or that of a weight class. */
      estimate: z.literal(true).optional(),
    }),
  ),
})

/** Prices a shipment to a place; anybody may ask, and name an address of their own. */
export const rateRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const { units, providers, config } = laku
    app.post(
      '/api/rates',
      {
        config: { access: 'guest', takesAnyToken: true, takesNoKey: true },
        schema: {
          summary: 'What it costs to have goods sent somewhere',
          body: query,
          response: { 200: rates },
        },
      },
      async (request) => {
        // An address is somebody's: whose token is over is told so, and asks again with a fresh one.
        const isForOwn =
          'address_id' in request.body.destination && request.headers.authorization !== undefined
        if (isForOwn && request.actor.kind === 'visitor') throw httpErrors.unauthorized()
        const { session_token, ...body } = request.body
        const page =
          request.actor.kind === 'visitor' ? readSessionToken(laku, request, session_token) : undefined
        const context = { units, actor: request.actor, courier: providers.courier, ...(page && { page }) }
        const originPostalCode = config.warehousePostalCode
        const ask = () => ratesFor(context, { originPostalCode, ...fromWire(body) })
        const isStranger = request.actor.kind === 'visitor'
        const data = await (isStranger ? app.inTurn(request.networkName(), ask) : ask())
        const marked = data.map((rate) => (rate.isEstimate ? { ...rate, estimate: true } : rate))
        return toWire({ data: marked }) as z.infer<typeof rates>
      },
    )
  }
