import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { z } from 'zod'
import {
  type CommandRequest,
  type Greeting,
  HEARTBEAT_MS,
  OLDEST_PROTOCOL,
  PROTOCOL,
  PROTOCOL_HEADER,
  SECOND_FACTOR_HEADER,
  TOKEN_ENDS_HEADER,
  VERSION_HEADER,
} from '../../cli/client/protocol.ts'
import { staffByToken, TELL_BEFORE_S } from '../../domain/auth/index.ts'
import {
  type Actor,
  DomainError,
  newId,
  secondsAfter,
  toWire,
  translateDatabaseError,
  UnitOfWork,
} from '../../domain/kernel/index.ts'
import { workRecords } from '../../domain/ops/work-records.ts'
import { buildId, loadedBuild } from '../../runtime/build-id.ts'
import { roleOf, shownUrl } from '../../runtime/connect.ts'
import { beganAt, createKysely, createPool } from '../../runtime/database.ts'
import type { Laku } from '../../runtime/laku.ts'
import { StartError } from '../../runtime/start-error.ts'
import type { StaffFigures } from '../metrics.ts'
import { statusOf } from '../problem.ts'
import { carryRequestIds } from '../request-ids.ts'
import { spool } from './body.ts'
import type { CommandHouse } from './command-house.ts'
import { type RunPaces, runPaces } from './run.ts'
import { RunBook } from './run-book.ts'
import { staffErrors } from './staff-errors.ts'

type Staff = Extract<Actor, { kind: 'staff' }>

// The number of connections in the staff server's own pool. The pool is separate, because long staff commands
// must not use the connections that buyers' joins need.
const POOL_SIZE = 6
/** The time settings of the staff server; tests use shorter ones. */
export interface StaffServerTimings extends RunPaces {
  heartbeatMs: number
  /**
   * The time (ms) that running commands have to end when the server shuts down. Commands that need longer are
   * reported as interrupted.
   */
  endWithinMs: number
  /**
   * Returns the id of the build that is on the disk now; undefined if there is none. It changes when a new
   * version is installed.
   */
  buildOnDisk: () => string | undefined
}

const staffServerTimings: StaffServerTimings = {
  ...runPaces,
  heartbeatMs: HEARTBEAT_MS,
  endWithinMs: 10_000,
  buildOnDisk: buildId,
}

const systemActor: Actor = { kind: 'system', name: 'staff server' }
const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string }

const requestSchema = z.object({
  id: z.uuid(),
  key: z.string().min(1).max(255).optional(),
  path: z.array(z.string()).min(2).max(3),
  input: z.record(z.string(), z.unknown()),
  json: z.boolean(),
  quiet: z.boolean(),
  debug: z.boolean(),
  mayAsk: z.boolean(),
  answers: z.array(z.string()),
  knownBy: z.string().max(60).optional(),
  terminal: z.object({ width: z.int(), height: z.int(), color: z.boolean() }).optional(),
  file: z.object({ name: z.string(), error: z.string().optional() }).optional(),
})

export interface StaffServer {
  url: string
  /** Returns the staff server's connections and the number of running commands, for /metrics. */
  figures(): StaffFigures
  close(): Promise<void>
}

/** Returns a copy of `laku` with a separate pool of database connections. */
function withOwnPool(laku: Laku): { laku: Laku; end: () => Promise<void> } {
  const pool = createPool({ url: laku.urls.app, poolSize: POOL_SIZE, applicationName: 'laku staff' })
  const db = createKysely(pool)
  const { clock, queue, policy, vault } = laku
  const unitOfWork = new UnitOfWork({
    db,
    clock,
    beganAt,
    choreography: async () => (await import('../../domain/composition/choreography.ts')).choreography,
    enqueue: (tx, jobs) => queue.enqueue(tx, jobs),
    records: workRecords,
    policy,
    vault,
  })
  return { laku: Object.assign(Object.create(laku) as Laku, { pool, db, unitOfWork }), end: () => pool.end() }
}

/**
 * Starts the staff server, which runs each command as the owner of the request's token. It listens on its own
 * address, never on the one that customers call. Throws StartError 2 if the port is taken.
 */
export async function openStaffServer(
  laku: Laku,
  house: CommandHouse,
  address: { host: string; port: number },
  given: Partial<StaffServerTimings> = {},
): Promise<StaffServer> {
  const paces = { ...staffServerTimings, ...given }
  const own = withOwnPool(laku)
  const book = new RunBook(own.laku, house, paces)
  const app = buildStaffServer(own.laku, house, book, paces)
  try {
    const url = await app.listen(address)
    return {
      url,
      figures: () => ({ pool: own.laku.pool, runs: book.size }),
      close: async () => {
        await book.close(paces.endWithinMs)
        await app.close()
        await own.end()
      },
    }
  } catch (error) {
    await app.close()
    await own.end()
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error
    throw new StartError(
      2,
      `the staff server cannot listen on ${address.host}:${address.port} (${code}): stop what listens there, or choose another with LAKU_STAFF_PORT`,
    )
  }
}

function buildStaffServer(
  laku: Laku,
  house: CommandHouse,
  book: RunBook,
  { heartbeatMs, flushMs: tokenSeenMs, buildOnDisk }: StaffServerTimings,
): FastifyInstance {
  const app = Fastify({
    loggerInstance: laku.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: () => newId(),
    forceCloseConnections: true,
  })
  // The body (a line, and perhaps a file) is left as a stream here. It is read only after the sender is
  // identified.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_, payload, done) => done(null, payload))
  carryRequestIds(app)
  app.decorateRequest('staff')
  app.addHook('onRequest', async (request, reply) => {
    reply.header(PROTOCOL_HEADER, String(PROTOCOL)).header(VERSION_HEADER, version)
    requireProtocol(request)
    request.staff = await identify(request)
    const endsAt = request.staff.proof?.endsAt
    if (endsAt && endsAt < secondsAfter(laku.clock.now(), TELL_BEFORE_S))
      reply.header(TOKEN_ENDS_HEADER, endsAt.toISOString())
  })
  app.setNotFoundHandler(async (request) => {
    throw staffErrors.no_such_command({ path: request.url.split('?')[0] })
  })
  app.setErrorHandler((error, request, reply) => {
    const { translated } = translateDatabaseError(error)
    const known = translated instanceof DomainError ? translated : undefined
    if (!known) request.log.error({ err: error }, 'the staff server failed')
    const status = known ? statusOf(known) : 500
    const { code, message, details } = known ?? {
      code: 'http.internal',
      message: 'The server failed.',
      details: {},
    }
    return reply.code(status).send({ code, message, details: toWire(details) })
  })

  app.get('/api/staff', async (request): Promise<Greeting> => {
    const { id, name, role } = request.staff
    const { config, urls } = laku
    const database = urls.embedded ? 'embedded' : shownUrl(urls.app).replace(`${roleOf(urls.app)}@`, '')
    return { id, name, role, environment: config.env, database, version, protocol: PROTOCOL }
  })

  app.post<{ Params: { noun: string; verb: string } }>(
    '/api/commands/:noun/:verb',
    async (request, reply) => {
      const { noun, verb } = request.params
      const gone = goneWith(reply)
      const { line, path, hash, release } = await spool(request.body as Readable)
      try {
        const asked = readRequest(line)
        const [first, second] = asked.path
        if (first !== noun || second !== verb)
          throw staffErrors.request_unfit({ where: 'body', problems: [] })
        // A command's code is loaded from the disk at its first use. If a new version was installed
        // meanwhile, its code does not fit the code that this process has already loaded. So the command is
        // refused.
        if (buildOnDisk() !== loadedBuild) throw staffErrors.installed_over()
        const found = await house.find(asked.path)
        if (!found)
          throw staffErrors.no_such_command({ command: asked.path.join(' '), serverVersion: version })
        // An option that this server does not know is refused, never ignored: a newer laku may have sent it.
        const unknown = Object.keys(asked.input).filter((name) => !found.inputs.has(name))
        if (unknown.length > 0)
          throw staffErrors.no_such_option({
            command: asked.path.join(' '),
            options: unknown,
            serverVersion: version,
          })
        const { id, lines } = await book.begin(
          { request: asked, actor: request.staff, code: codeOf(request), fileHash: hash, filePath: path },
          found,
          release,
        )
        return stream(reply, id, lines(gone), heartbeatMs)
      } catch (error) {
        release()
        throw error
      }
    },
  )

  app.get<{ Params: { id: string }; Querystring: { from?: string } }>(
    '/api/commands/:id',
    async (request, reply) => {
      const id = z.uuid().safeParse(request.params.id)
      const from = Number(request.query.from ?? 0)
      if (!id.success || !Number.isSafeInteger(from) || from < 0)
        throw staffErrors.request_unfit({ where: 'url', problems: [] })
      const gone = goneWith(reply, request)
      const lines = book.follow(request.staff, id.data, from, gone)
      // An unknown run must get an error answer. So the first line of the run's output is read before the
      // answer begins.
      const first = await lines.next()
      return stream(reply, id.data, again(first, lines), heartbeatMs)
    },
  )

  async function identify(request: FastifyRequest): Promise<Staff> {
    const staff = await holderOf(request)
    if (!staff) throw staffErrors.token_refused()
    return staff
  }

  async function holderOf({ headers: { authorization } }: FastifyRequest): Promise<Staff | undefined> {
    const token = authorization?.startsWith('Bearer lkst_') ? authorization.slice(7) : undefined
    if (token === undefined) return undefined
    return await laku.unitOfWork.run(systemActor, (work) => staffByToken(work.tx, token, work.now))
  }

  /**
   * Returns a signal that is aborted when the reader disconnects. With `request`, it is also aborted when the
   * token of that request becomes invalid. The token is checked again and again, because a reader may stay
   * connected for hours.
   */
  function goneWith(reply: FastifyReply, request?: FastifyRequest): AbortSignal {
    const gone = new AbortController()
    const leave = () => gone.abort()
    reply.raw.once('close', leave)
    if (!request) return gone.signal
    const look = setInterval(() => {
      // If the database does not answer, laku cannot tell whether the token is still valid. So the reader
      // stays connected.
      holderOf(request).then(
        (staff) => staff ?? leave(),
        () => {},
      )
    }, tokenSeenMs)
    gone.signal.addEventListener('abort', () => clearInterval(look))
    return gone.signal
  }

  return app
}

declare module 'fastify' {
  interface FastifyRequest {
    staff: Staff
  }
}

async function* again(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done) return
  yield first.value
  yield* rest
}

function readRequest(line: string): CommandRequest {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw staffErrors.request_unfit({
      where: 'body',
      problems: [{ at: '/', message: 'the first line is no JSON' }],
    })
  }
  const parsed = requestSchema.safeParse(value)
  if (parsed.success) return parsed.data as CommandRequest
  const problems = parsed.error.issues.map(({ path, message }) => ({ at: `/${path.join('/')}`, message }))
  throw staffErrors.request_unfit({ where: 'body', problems })
}

/**
 * Returns the second-factor code from its header. It is not in the body, because a repeated command needs the
 * same digest of the body, but a new code.
 */
function codeOf({ headers }: FastifyRequest): string | undefined {
  const code = headers[SECOND_FACTOR_HEADER]
  return typeof code === 'string' ? code.slice(0, 20) : undefined
}

function requireProtocol(request: FastifyRequest): void {
  const spoken = Number(request.headers[PROTOCOL_HEADER])
  const theirs = request.headers[VERSION_HEADER]
  if (spoken >= OLDEST_PROTOCOL && spoken <= PROTOCOL) return
  throw staffErrors.other_version({
    serverVersion: version,
    serverProtocol: PROTOCOL,
    clientVersion: typeof theirs === 'string' ? theirs : 'unknown',
    clientProtocol: Number.isFinite(spoken) ? spoken : null,
  })
}

/**
 * Streams the output lines of a command as they come, and a heartbeat while none comes. So no proxy holds
 * lines back or closes the connection as dead.
 */
function stream(reply: FastifyReply, id: string, lines: AsyncIterable<string>, beatMs: number): FastifyReply {
  reply.header('content-type', 'application/x-ndjson')
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no')
  return reply.send(
    Readable.from(withBeats(id, lines, beatMs), { objectMode: false, highWaterMark: 64 * 1024 }),
  )
}

async function* withBeats(id: string, lines: AsyncIterable<string>, beatMs: number): AsyncGenerator<string> {
  yield `${JSON.stringify({ run: id })}\n`
  const iterator = lines[Symbol.asyncIterator]()
  try {
    let next = iterator.next()
    for (;;) {
      let timer: NodeJS.Timeout | undefined
      const beat = new Promise<'beat'>((resolve) => {
        timer = setTimeout(resolve, beatMs, 'beat')
      })
      const came = await Promise.race([next, beat]).finally(() => clearTimeout(timer))
      if (came === 'beat') {
        yield `{"beat":${Date.now()}}\n`
        continue
      }
      if (came.done) return
      yield `${came.value}\n`
      next = iterator.next()
    }
  } finally {
    await iterator.return?.()
  }
}
