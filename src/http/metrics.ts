import { createServer, type Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Actor } from '../domain/kernel/index.ts'
import { type InboxLag, inboxLag } from '../domain/webhooks/index.ts'
import type { Laku } from '../runtime/laku.ts'
import { StartError } from '../runtime/start-error.ts'

const systemActor: Actor = { kind: 'system', name: 'metrics' }

/**
 * The current figures of the staff server in this process. The staff server runs the commands that staff
 * send.
 */
export interface StaffFigures {
  pool: Laku['pool']
  /** The number of staff commands that are running. */
  runs: number
}

/**
 * Registers the metrics of this process: its requests by route, connection pools and event loop.
 * docs/metrics.md describes each metric. `staff` returns undefined until the staff server has started, which
 * is later than the HTTP server.
 */
export function observe(
  app: FastifyInstance,
  laku: Laku,
  staff: () => StaffFigures | undefined = () => undefined,
): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  observeRequests(registry, app)
  observePool(registry, laku)
  observeStaff(registry, staff)
  observeInbox(registry, laku)
  return registry
}

function observeRequests(registry: Registry, app: FastifyInstance): void {
  const requests = new Histogram({
    name: 'laku_http_request_duration_seconds',
    help: 'Time to answer, by route pattern (`none` for an unknown address) and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
}

function observePool(registry: Registry, { pool }: Laku): void {
  new Gauge({
    name: 'laku_database_connections',
    help: 'Connections of this process, `busy` or `idle`.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
      this.set({ state: 'idle' }, pool.idleCount)
    },
  })
  new Gauge({
    name: 'laku_database_waiting_transactions',
    help: 'Transactions of this process that wait for a connection.',
    registers: [registry],
    collect() {
      this.set(pool.waitingCount)
    },
  })
}

/**
 * Registers the metrics of the staff server's connections and commands. Staff commands have their own
 * connection pool, so that a full pool there does not affect customers.
 */
function observeStaff(registry: Registry, staff: () => StaffFigures | undefined): void {
  const registers = [registry]
  new Gauge({
    name: 'laku_staff_connections',
    help: "Connections of this process's staff server, `busy` or `idle`.",
    labelNames: ['state'],
    registers,
    collect() {
      const { totalCount = 0, idleCount = 0 } = staff()?.pool ?? {}
      this.set({ state: 'busy' }, totalCount - idleCount)
      this.set({ state: 'idle' }, idleCount)
    },
  })
  new Gauge({
    name: 'laku_staff_waiting_transactions',
    help: 'Transactions of commands of staff that wait for a connection.',
    registers,
    collect() {
      this.set(staff()?.pool.waitingCount ?? 0)
    },
  })
  new Gauge({
    name: 'laku_staff_commands',
    help: "Commands of staff that are under way in this process's staff server.",
    registers,
    collect() {
      this.set(staff()?.runs ?? 0)
    },
  })
}

/**
 * Registers the metrics of the webhook deliveries that wait to be processed. Every process reports the same
 * figures, and NaN while the database does not answer.
 */
function observeInbox(registry: Registry, laku: Laku): void {
  const unknown: InboxLag = { waiting: Number.NaN, oldestS: Number.NaN }
  let underWay: Promise<InboxLag> | undefined
  // One query gives both metrics of the waiting webhook deliveries, each time that /metrics is read.
  const look = () => {
    underWay ??= laku.unitOfWork
      .run(systemActor, (work) => inboxLag(work.tx, work.now))
      .catch((error) => {
        laku.logger.warn({ err: error }, 'the inbox could not be counted')
        return unknown
      })
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }
  const add = (name: string, help: string, figure: (lag: InboxLag) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(figure(await look()))
      },
    })
  add(
    'laku_inbox_waiting_deliveries',
    'Deliveries of providers that are not processed yet.',
    (lag) => lag.waiting,
  )
  add('laku_inbox_lag_seconds', 'Age of the oldest delivery that is not processed yet.', (lag) => lag.oldestS)
}

/**
 * Serves `GET /metrics` on its own port, so that customers cannot reach it. Throws StartError 2 if the port
 * is taken.
 */
export async function serveMetrics(
  registry: Registry,
  address: { host: string; port: number },
): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end()
    try {
      const text = await registry.metrics()
      response.writeHead(200, { 'content-type': registry.contentType }).end(text)
    } catch {
      response.writeHead(500).end()
    }
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
