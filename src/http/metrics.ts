import { createServer, type Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Actor } from '../domain/kernel/index.ts'
import { type InboxLag, inboxLag } from '../domain/payment/index.ts'
import type { Laku } from '../runtime/laku.ts'
import { StartError } from '../runtime/start-error.ts'

const door: Actor = { kind: 'system', name: 'metrics' }

/** Measures every request by route, and this process's pool and event loop. */
export function observe(app: FastifyInstance, laku: Laku): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'laku_http_request_seconds',
    help: 'Time to answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  new Gauge({
    name: 'laku_database_connections',
    help: 'Connections of this process, by what they do.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { totalCount, idleCount, waitingCount } = laku.pool
      this.set({ state: 'busy' }, totalCount - idleCount)
      this.set({ state: 'idle' }, idleCount)
      this.set({ state: 'wanted' }, waitingCount)
    },
  })
  observeInbox(registry, laku)
  return registry
}

/** Deliveries that the worker has not got to: the same figures from every process, NaN while the database is away. */
function observeInbox(registry: Registry, laku: Laku): void {
  const add = (name: string, help: string, figure: (lag: InboxLag) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        try {
          this.set(figure(await laku.units.run(door, (work) => inboxLag(work.tx, work.now))))
        } catch (error) {
          laku.logger.warn({ err: error }, 'the inbox could not be counted')
          this.set(Number.NaN)
        }
      },
    })
  add('laku_inbox_waiting', 'Deliveries of providers that are not processed yet.', (lag) => lag.waiting)
  add('laku_inbox_lag_seconds', 'How long the oldest of them has waited.', (lag) => lag.oldestS)
}

/** `GET /metrics` on a port of its own, so that it is never open to customers. Throws StartError 2 where the port is taken. */
export async function serveMetrics(
  registry: Registry,
  address: { host: string; port: number },
): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', () =>
      reject(
        new StartError(
          2,
          `the metrics port ${address.port} on ${address.host} is taken: choose another with LAKU_METRICS_PORT`,
        ),
      ),
    )
    server.listen(address.port, address.host, resolve)
  })
  return server
}
