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
 * The maximum number of baskets (lists of goods) whose weights and prices are cached at once. Each takes 4 kB
 * at most.
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
       * True if the price is an estimate, because no courier quoted this weight. The estimate comes from the
       * zone table or a weight class.
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
    const { unitOfWork, providers, config } = laku
    // Requests for shipping prices name goods. The weights and prices of these goods are read from the
    // database. In production laku caches what it read for a second, for all callers who are not logged in.
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
        // A stored address may be named as the destination only by its owner, who must be logged in. If the
        // token has expired, the answer is 401, so that the client repeats the request with a new token.
        const isForOwn =
          'address_id' in request.body.destination && request.headers.authorization !== undefined
        if (isForOwn && request.actor.kind === 'visitor') throw httpErrors.unauthorized()
        const { session_token, ...body } = request.body
        const page =
          request.actor.kind === 'visitor' ? readSessionToken(laku, request, session_token) : undefined
        const isStranger = request.actor.kind === 'visitor'
        const context = {
          unitOfWork,
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
     * Returns the shipping rates for a caller who is not logged in. The caller's database queries wait in the
     * queue of the caller's network. No query is needed, and nothing waits, if the goods are cached and only
     * the price by zone is allowed.
     */
    async function ratesOfStranger(
      { network: { home } }: FastifyRequest,
      context: RateContext,
      query: RatesQuery,
    ): Promise<Rate[]> {
      const look = () => priceLines(unitOfWork.db, query.items)
      const priced = (isKnown = false) => (isKnown ? look() : app.inTurn(home, look))
      const lines = await (weighed ? weighed.get(JSON.stringify(query.items), priced) : priced())
      const ask = () => ratesFor(context, query, lines)
      return await (context.zoneOnly ? ask() : app.inTurn(home, ask))
    }
  }
