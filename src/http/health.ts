import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Laku } from '../runtime/laku.ts'
import { migrationStatus } from '../runtime/migrate.ts'

/** `/healthz`: the loop moves. `/readyz`: the database answers, is migrated, and the queue is installed. */
export const health = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    app.get('/healthz', { config: { access: 'open' } }, async () => ({ ok: true }))
    app.get('/readyz', { config: { access: 'open' } }, async (_, reply) => {
      try {
        const { pending } = await migrationStatus(laku.pool)
        await laku.queue.boss()
        const ok = pending.length === 0
        return reply.code(ok ? 200 : 503).send({ ok, database: 'answers', pending_migrations: pending })
      } catch {
        return reply.code(503).send({ ok: false, database: 'does not answer' })
      }
    })
  })
