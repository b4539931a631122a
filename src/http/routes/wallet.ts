import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { toWire } from '../../domain/kernel/index.ts'
import { listWalletEntries, walletView } from '../../domain/wallet/index.ts'
import type { Laku } from '../../runtime/laku.ts'

const wallet = z.object({ balance_idr: z.int(), held_idr: z.int() })

const entries = z.object({
  data: z.array(z.object({ id: z.string(), kind: z.string(), amount_idr: z.int(), occurred_at: z.string() })),
  next_cursor: z.string().nullable(),
})

const page = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
})

/** A customer's own wallet. */
export const walletRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'customer' } as const

    app.get('/api/wallet', { config, schema: { response: { 200: wallet } } }, async (request) => {
      const view = await request.read(walletView)
      return toWire(view) as z.infer<typeof wallet>
    })

    app.get(
      '/api/wallet/entries',
      { config, schema: { querystring: page, response: { 200: entries } } },
      async (request) => {
        const found = await request.read((work) => listWalletEntries(work, request.query))
        return toWire(found) as z.infer<typeof entries>
      },
    )
  }
