import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, toWire } from '../../domain/kernel/index.ts'
import { calculateSettlements, gatherLines, previewSettlements } from '../../domain/settlement/index.ts'
import type { Laku } from '../../runtime/laku.ts'

const query = z.strictObject({
  through: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'a date like 2026-11-20')
    .optional(),
  factory_id: z.uuid().optional(),
})

const settlement = z.object({
  id: z.uuid().optional(),
  code: z.string().optional(),
  factory: z.object({ id: z.uuid(), name: z.string() }),
  through: z.string(),
  items: z.int(),
  gross_idr: z.int(),
  commission_idr: z.int(),
  refunds_idr: z.int(),
  adjustments_idr: z.int(),
  carried_idr: z.int(),
  net_idr: z.int(),
  status: z.string(),
  status_reason: z.string().nullable().optional(),
  plan_hash: z.string().optional(),
  calculated_at: z.string().optional(),
  approved_at: z.string().nullable().optional(),
  paid_at: z.string().nullable().optional(),
  retry_at: z.string().nullable().optional(),
})

const report = z.object({ settlements: z.array(settlement), total_idr: z.int() })

/** The factories whose calculation threw; the others were settled. */
const failed = z.array(
  z.object({
    factory: z.object({ id: z.uuid(), name: z.string() }),
    error: z.object({ message: z.string() }),
  }),
)

/**
 * The routes by which finance reads and calculates settlements (laku's payments to factories). Settlements
 * are approved and paid by the command line only.
 */
export const settlementRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'staff' } as const

    app.post(
      '/api/settlements/preview',
      {
        config: { ...config, takesNoKey: true },
        schema: {
          summary: 'A preview of a settlement run',
          body: query.nullish(),
          response: { 200: report },
        },
      },
      async (request) => {
        const input = fromWire(request.body ?? {})
        return toWire(await request.read((work) => previewSettlements(work, input)))
      },
    )

    app.post(
      '/api/settlements',
      {
        config,
        schema: {
          summary: 'Settle what factories are owed',
          body: query.nullish(),
          response: { 201: report.extend({ failed: failed.optional() }) },
        },
      },
      async (request, reply) => {
        const input = fromWire(request.body ?? {})
        await gatherLines({ unitOfWork: laku.unitOfWork, actor: request.actor })
        return await request.change(reply, 201, (work) => calculateSettlements(work, input))
      },
    )
  }
