import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import cors from '@fastify/cors'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Laku } from '../runtime/laku.ts'
import { StartError } from '../runtime/start-error.ts'
import { access } from './access.ts'
import { accessTokens } from './access-token.ts'
import { bodies } from './bodies.ts'
import { caller } from './caller.ts'
import { type CustomerLoad, ServerLoad } from './customer-load.ts'
import { docRoutes } from './docs.ts'
import { healthRoutes } from './health.ts'
import { observe, type StaffFigures, serveMetrics } from './metrics.ts'
import { problems } from './problem.ts'
import { publicReads } from './public-reads.ts'
import { rateLimits } from './rate-limits.ts'
import { carryRequestIds } from './request-ids.ts'
import { routes } from './routes.ts'
import { boundedHeaders, safeHeaders, securityHeaders } from './security-headers.ts'
import { refuseAddress, refuseBytes } from './unreadable-requests.ts'

const BODY_LIMIT = 256 * 1024

/**
 * The milliseconds for which a server that shuts down still takes requests. Meanwhile /readyz reports the
 * shutdown, so that load balancers send no more requests.
 */
const NOTICE_MS = 500

declare module 'fastify' {
  interface FastifyInstance {
    /** The state of the server's shutdown; `begun` is true from its first moment. */
    ending: { begun: boolean }
    /**
     * The time (ms since 1970) at which a request last failed because of the database. A later successful
     * read does not clear it, because a database that answers reads may still take no writes.
     */
    databaseTrouble: { at: number }
  }
}

/**
 * Builds the server with all plugins and routes, but does not listen yet. `describe` is a plugin that gets
 * each route as it is added.
 */
export async function buildServer(laku: Laku, describe?: FastifyPluginAsync): Promise<FastifyInstance> {
  const headers = await safeHeaders()
  const app = Fastify({
    loggerInstance: laku.logger as FastifyBaseLogger,
    // Fastify's own request log is off, because metrics.ts measures requests and problem.ts logs failures
    // with their code.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    frameworkErrors: refuseAddress(headers, laku.config.corsOrigins),
    clientErrorHandler: refuseBytes(headers),
    // A request's id needs no order, so it is random. A random id costs a tenth of the work of an id that
    // sorts by time.
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true },
    // Only the trusted proxies' headers are used to find the caller's IP address.
    trustProxy: laku.config.trustedProxies.length > 0 && laku.config.trustedProxies,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  carryRequestIds(app)
  app.decorate('ending', { begun: false })
  app.decorate('databaseTrouble', { at: 0 })
  endConnections(app)
  await app.register(problems)
  await app.register(securityHeaders(headers))
  await app.register(cors, {
    origin: laku.config.corsOrigins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-reason'],
    exposedHeaders: ['retry-after', 'x-request-id', 'x-session-token'],
    maxAge: 600,
  })
  await app.register(boundedHeaders)
  await app.register(caller)
  await app.register(bodies)
  await app.register(accessTokens(laku))
  await app.register(rateLimits(laku))
  await app.register(access(laku))
  await app.register(publicReads(laku))
  if (describe) await app.register(describe)
  await app.register(docRoutes(laku))
  await app.register(healthRoutes(laku))
  for (const plugin of routes) await app.register(plugin(laku))
  return app
}

/**
 * Closes the connection after each answer that is sent while the server shuts down. Otherwise a connection
 * that is kept alive would prevent the end of the server.
 */
function endConnections(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', (_, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}

export interface RunningServer {
  app: FastifyInstance
  url: string
  /** The requests of customers that the server is answering. */
  load: CustomerLoad
  /** Reports the shutdown, then refuses new requests and finishes those under way. */
  close(): Promise<void>
}

/** Starts the HTTP server on this address. Throws StartError 2 if the port is taken or not allowed. */
export async function startServer(
  laku: Laku,
  address: { host: string; port: number },
  staff?: () => StaffFigures | undefined,
): Promise<RunningServer> {
  const app = await buildServer(laku)
  try {
    const { metricsPort } = laku.config
    if (metricsPort !== undefined) {
      const metrics = await serveMetrics(observe(app, laku, staff), {
        host: laku.config.metricsHost,
        port: metricsPort,
      })
      app.addHook('onClose', async () => void metrics.close())
    }
    const load = new ServerLoad(app.server)
    const url = await app.listen(address)
    return { app, url, load, close: () => end(app) }
  } catch (error) {
    await app.close()
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      throw new StartError(
        2,
        `port ${address.port} on ${address.host} is taken: stop what listens there, or choose another with PORT or --port`,
      )
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new StartError(
        2,
        `cannot listen on ${address.host}:${address.port} (${code}): choose another with HOST and PORT`,
      )
    }
    throw error
  }
}

async function end(app: FastifyInstance): Promise<void> {
  app.ending.begun = true
  await sleep(NOTICE_MS)
  await app.close()
}
