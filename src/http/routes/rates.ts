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

/**
 * The maximum number of lists of goods whose weights and prices are cached at once. Each list takes 4 kB at
 * most.
 */
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
    .describe(
      'the x-session-token of a session’s page: with it, couriers are asked for prices without a log-in',
    ),
})

const rates = z.object({
  data: z.array(
    z.object({
      company: z.string(),
      type: z.string(),
      service: z.string(),
      price_idr: z.int(),
      duration: z.string(),
      /**
       * True if the price is an estimate, from the zone table or a weight class, because no courier quoted
       * this weight.
       */
      estimate: z.literal(true).optional(),
    }),
  ),
})

/**
 * The route that returns the price of a shipment to a place. Anybody may use it, and customers may name one
 * of their own addresses.
 */
export const rateRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const { units, providers, config } = laku
    // A request for shipping prices names goods. In production, laku keeps the weights and prices of the same
    // goods in memory for a second, for all callers who are not logged in: so they cost few database reads.
    const weighed = config.env === 'production' ? new Memory(FRESH_MS, MAX_WEIGHED) : undefined

    app.post(
      '/api/rates',
      {
        config: { access: 'guest', takesAnyToken: true, takesNoKey: true },
        schema: {
          summary: 'The shipping fee for goods to a destination',
          body: asked,
          response: { 200: rates },
        },
      },
      async (request) => {
        // Only the address's owner may name it as the destination. A customer whose token has expired gets
        // 401, and repeats the request with a new token.
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

    /**
     * Returns the shipping rates for a caller who is not logged in. The database queries for the caller wait
     * in the queue of the caller's network. If the goods are already cached and only the zone's fee is asked
     * for, nothing waits.
     */
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
