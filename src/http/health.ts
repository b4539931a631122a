import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tryWrite } from '../domain/ops/index.ts'
import type { Laku } from '../runtime/laku.ts'
import { migrationStatus } from '../runtime/migration-status.ts'

const readiness = z.object({
  ok: z.boolean(),
  database: z.enum(['answers', 'takes no writes', 'does not answer']),
  pending_migrations: z.array(z.string()).optional(),
  queue: z.enum(['runs', 'does not run']).optional(),
  ending: z.literal(true).optional().describe('the server is shutting down: send it no more requests'),
})

/**
 * The time (ms) for which the process counts as not ready after a request failed because of the database.
 */
const TROUBLE_MS = 5_000
const PROBE_MS = 1_000
const RETRY_AFTER_S = 5

async function writeWorks({ db }: Laku): Promise<boolean> {
  try {
    await tryWrite(db)
    return true
  } catch {
    return false
  }
}

/**
 * Registers the two health checks. `/healthz` answers as long as the event loop runs. `/readyz` checks that
 * the database is migrated and takes writes, the queue is installed, and the process is not shutting down.
 */
export const healthRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'open' } as const
    let probe: { at: number; took: Promise<boolean> } | undefined

    /**
     * Tells whether the database takes writes. A test write is needed, because a standby or a database with a
     * full disk still answers reads. At most one test write a second runs, however many requests ask.
     */
    async function takesWrites(): Promise<boolean> {
      const now = Date.now()
      if (now - app.databaseTrouble.at < TROUBLE_MS) return false
      if (!probe || now - probe.at > PROBE_MS) probe = { at: now, took: writeWorks(laku) }
      return await probe.took
    }

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
          const writes = await takesWrites()
          const ok = writes && pending.length === 0 && queue === 'runs' && !ending
          if (!ok) reply.header('retry-after', RETRY_AFTER_S)
          return reply.code(ok ? 200 : 503).send({
            ok,
            database: writes ? 'answers' : 'takes no writes',
            pending_migrations: pending,
            queue,
            ...ending,
          })
        } catch {
          reply.header('retry-after', RETRY_AFTER_S)
          return reply.code(503).send({ ok: false, database: 'does not answer', ...ending })
        }
      },
    )
  }
