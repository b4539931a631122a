import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, toWire } from '../../domain/kernel/index.ts'
import type { Rate, RateContext } from '../../domain/logistics/index.ts'
import { priceLines, type RatesQuery, ratesFor } from '../../domain/order/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'
import { FRESH_MS, Memory } from '../public-reads.ts'
import { readSessionToken } from '../session-token.ts'
import { wantedItems } from '../wire-parts.ts'

/** Lists of goods that are known at once: 4 kB each at most. */
const MAX_WEIGHED = 1_000

const asked = z.strictObject({
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
      /** Set if no courier quoted this weight: the price comes from the zone table or from a weight class. */
      estimate: z.literal(true).optional(),
    }),
  ),
})

/** Prices a shipment to a place; anybody may ask, and name an address of their own. */
export const rateRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const { units, providers, config } = laku
    // Goods are looked up once a second for strangers in production, however many ask.
    const weighed = config.env === 'production' ? new Memory(FRESH_MS, MAX_WEIGHED) : undefined

    app.post(
      '/api/rates',
      {
        config: { access: 'guest', takesAnyToken: true, takesNoKey: true },
        schema: {
          summary: 'What it costs to have goods sent somewhere',
          body: asked,
          response: { 200: rates },
        },
      },
      async (request) => {
        // An address belongs to a customer. A customer whose token has expired gets 401, and asks again with
        // a fresh token.
        const isForOwn =
          'address_id' in request.body.destination && request.headers.authorization !== undefined
        if (isForOwn && request.actor.kind === 'visitor') throw httpErrors.unauthorized()
        const { session_token, ...body } = request.body
        const page =
          request.actor.kind === 'visitor' ? readSessionToken(laku, request, session_token) : undefined
        const isStranger = request.actor.kind === 'visitor'
        const context = {
          units,
          actor: request.actor,
          courier: providers.courier,
          ...(page && { page }),
          zoneOnly: isStranger && !(await app.mayLookUpRates(request)),
        }
        const query = { originPostalCode: config.warehousePostalCode, ...fromWire(body) }
        const data = await (isStranger ? ratesOfStranger(request, context, query) : ratesFor(context, query))
        const marked = data.map((rate) => (rate.isEstimate ? { ...rate, estimate: true as const } : rate))
        return toWire({ data: marked })
      },
    )

    /** In turn with others of their network; the zone's fee of known goods needs no look, and so no turn. */
    async function ratesOfStranger(
      { network: { home } }: FastifyRequest,
      context: RateContext,
      query: RatesQuery,
    ): Promise<Rate[]> {
      const look = () => priceLines(units.db, query.items)
      const priced = (isKnown = false) => (isKnown ? look() : app.inTurn(home, look))
      const lines = await (weighed ? weighed.get(JSON.stringify(query.items), priced) : priced())
      const ask = () => ratesFor(context, query, lines)
      return await (context.zoneOnly ? ask() : app.inTurn(home, ask))
    }
  }
