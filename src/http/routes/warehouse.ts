import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, requireStaff, toWire } from '../../domain/kernel/index.ts'
import { listStock } from '../../domain/warehouse/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { paging } from '../wire-parts.ts'

const page = z.strictObject({
  product_id: z.uuid().optional(),
  ...paging,
  limit: paging.limit.default(50),
})

const inventory = z.object({
  data: z.array(
    z.object({
      variant_id: z.uuid(),
      sku: z.string(),
      name: z.string(),
      product: z.object({ id: z.uuid(), name: z.string() }),
      on_hand: z.int(),
      reserved: z.int(),
      free: z.int(),
      on_the_way: z.int(),
    }),
  ),
  next_cursor: z.string().nullable(),
})

/** The route that lists the stock in the warehouse, for staff. */
export const warehouseRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/warehouse/inventory',
      {
        config: { access: 'staff' },
        schema: { summary: 'The stock in the warehouse', querystring: page, response: { 200: inventory } },
      },
      async (request) => {
        const filter = fromWire(request.query)
        const stock = await request.read((work) => {
          requireStaff(work.actor, 'warehouse', 'support', 'service')
          return listStock(work.tx, filter)
        })
        return toWire(stock)
      },
    )
  }
