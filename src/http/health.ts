import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Laku } from '../runtime/laku.ts'
import { migrationStatus } from '../runtime/migration-status.ts'

const readiness = z.object({
  ok: z.boolean(),
  database: z.enum(['answers', 'does not answer']),
  pending_migrations: z.array(z.string()).optional(),
  queue: z.enum(['runs', 'does not run']).optional(),
  ending: z.literal(true).optional().describe('it was told to end: send it nothing more'),
})

/** `/healthz`: the loop moves. `/readyz`: the database answers, is migrated, the queue is installed, and the process is not about to end. */
export const healthRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'open', unlimited: true } as const

    app.get(
      '/healthz',
      {
        config,
        schema: { summary: 'The process is alive', response: { 200: z.object({ ok: z.literal(true) }) } },
      },
      async () => ({ ok: true as const }),
    )

    app.get(
      '/readyz',
      {
        config,
        schema: { summary: 'The process can work', response: { 200: readiness, 503: readiness } },
      },
      async (_, reply) => {
        const ending = app.ending.begun && { ending: true as const }
        try {
          const { pending } = await migrationStatus(laku.pool)
          const queue = await laku.queue.boss().then(
            () => 'runs' as const,
            () => 'does not run' as const,
          )
          const ok = pending.length === 0 && queue === 'runs' && !ending
          return reply
            .code(ok ? 200 : 503)
            .send({ ok, database: 'answers', pending_migrations: pending, queue, ...ending })
        } catch {
          return reply.code(503).send({ ok: false, database: 'does not answer', ...ending })
        }
      },
    )
  }
