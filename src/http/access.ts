import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { endedSessionsSince, staffByToken } from '../domain/auth/index.ts'
import {
  type Actor,
  actorLabel,
  claimKeys,
  DomainError,
  forgetKeys,
  type IdempotencyKey,
  type Refusal,
  requestHash,
  requireStaff,
  type StoredAnswer,
  secondsAfter,
  storeAnswers,
  type ToWire,
  toWire,
  type Work,
} from '../domain/kernel/index.ts'
import type { Laku } from '../runtime/laku.ts'
import { routeRoles } from '../runtime/who-may.ts'
import { httpErrors } from './http-errors.ts'

/**
 * The kinds of callers that a route accepts. `guest` accepts everybody; a guest who sends a valid token is
 * still identified. The use case decides which staff roles may do what.
 */
export type Access = 'open' | 'guest' | 'customer' | 'staff' | 'signed-in'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** Whether the unparsed request body is kept, so that a signature over it can be checked. */
    rawBody?: boolean
    /** Tells whether an allowed sender signed the request body. This is checked before the body is parsed. */
    isSigned?: (request: FastifyRequest, raw: Buffer) => boolean
    /**
     * Whether a `guest` route ignores an invalid token. The request is then treated like one without a token,
     * so the route never answers 401.
     */
    takesAnyToken?: boolean
    /**
     * Builds the answer to a repeated request from the answer that was stored at the first request. Names and
     * addresses are not stored, so they are read again (test/contract/kept-answers.test.ts).
     */
    again?: (work: Work, kept: StoredAnswer) => Promise<StoredAnswer>
    /**
     * Whether the request's idempotency key may be deleted after a day, because the request moves no money.
     */
    keyExpires?: boolean
    /** Whether a POST needs no idempotency key, because sending it twice has no further effect. */
    takesNoKey?: boolean
  }
  interface FastifyRequest {
    actor: Actor
    rawBody: Buffer | undefined
    /**
     * Runs a unit of work as the caller of the request. If the caller is not logged in, the request waits in
     * a queue (strangers/). `turn` is the queue's name; by default, each network has one queue.
     */
    read<T>(use: (work: Work) => Promise<T>, turn?: string): Promise<T>
    /**
     * Runs a change as the caller, once per Idempotency-Key, and sends its result. If the change is refused,
     * the client may use the key again. It does not matter whether the refusal was thrown (rolled back) or
     * returned (committed).
     */
    change<T>(
      reply: FastifyReply & TakesBody<T>,
      status: number | ((result: T) => number),
      use: (work: Work) => Promise<T | Refusal>,
    ): Promise<FastifyReply>
    /** Returns the caller's idempotency key for this request; undefined if none was sent. */
    idempotencyKey(): IdempotencyKey | undefined
  }
}

const DAY_S = 24 * 3600
/**
 * The time (seconds) for which the idempotency keys of requests that move money are kept. No client repeats a
 * request after that time.
 */
const MONEY_KEY_S = 90 * DAY_S
/**
 * The length of a staff token: `lkst_` and 32 random bytes. A text of another length is never looked up in
 * the database.
 */
const STAFF_TOKEN_LENGTH = 48
const MAX_CACHED = 1_000
const anonymous: Actor = { kind: 'visitor', name: 'http' }

/**
 * Identifies the caller of each request. Adds `read` and `change` to the request; a route runs its use case
 * with them.
 */
export const access = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    const ended = new EndedSessions(laku)
    const seenTokens = new Set<string>()
    app.addHook('onClose', async () => ended.close())
    // No default actor is set here, because all requests would share that object. The hook below sets each
    // request's own actor before any handler runs.
    app.decorateRequest('actor')
    app.decorateRequest('rawBody')

    app.addHook('onRequest', async (request) => {
      const need = request.routeOptions.config.access
      const isNobody = need === 'guest' && request.headers.authorization === undefined
      request.actor =
        need === undefined || need === 'open' || isNobody ? anonymous : await identify(request, need)
      await app.limitCaller(request)
    })

    async function identify(request: FastifyRequest, need: Access): Promise<Actor> {
      const actor = await bearer(request)
      if (!actor && request.routeOptions.config.takesAnyToken) return anonymous
      if (!actor) {
        await app.limitStranger(request)
        throw httpErrors.unauthorized()
      }
      if (need === 'customer' && actor.kind !== 'customer')
        throw httpErrors.unauthorized({ needs: 'customer' })
      if (need === 'staff' && actor.kind !== 'staff') throw httpErrors.unauthorized({ needs: 'staff' })
      if (actor.kind === 'staff' && (need === 'staff' || need === 'signed-in')) {
        const { method, routeOptions } = request
        requireStaff(actor, ...(routeRoles.get(`${method} ${routeOptions.url}`) ?? []))
      }
      return actor
    }

    async function bearer(request: FastifyRequest): Promise<Actor | undefined> {
      const header = request.headers.authorization
      if (!header?.startsWith('Bearer ')) return undefined
      const token = header.slice(7)
      if (token.startsWith('lkst_')) {
        if (token.length !== STAFF_TOKEN_LENGTH) return undefined
        const digest = hash('sha256', token)
        if (!seenTokens.has(digest)) await app.limitStaffGuess(request)
        // No transaction is begun to look up the token. So a request with an invented token costs only one
        // query.
        const staff = await staffByToken(laku.db, token, laku.clock.now())
        if (staff) remember(seenTokens, digest)
        const reason = request.headers['x-reason']
        return staff && typeof reason === 'string' ? { ...staff, reason } : staff
      }
      const claims = app.readAccessToken(token)
      if (!claims || ended.has(claims.sid)) return undefined
      return { kind: 'customer', id: claims.sub }
    }

    app.decorateRequest('read', function <
      T,
    >(this: FastifyRequest, use: (work: Work) => Promise<T>, turn?: string): Promise<T> {
      const run = () => laku.unitOfWork.run(this.actor, use, { requestId: this.id })
      return this.actor.kind === 'visitor' ? app.inTurn(turn ?? this.network.home, run) : run()
    })

    app.decorateRequest('idempotencyKey', function (this: FastifyRequest) {
      const key = this.headers['idempotency-key']
      // Callers who are not logged in cannot be told apart, so two of them may send the same idempotency key.
      // So their keys are ignored, and each of their requests runs.
      if (key === undefined || this.actor.kind === 'visitor') return undefined
      if (typeof key !== 'string' || key.length < 1 || key.length > 255) {
        throw httpErrors.invalid({
          where: 'headers',
          problems: [{ at: 'idempotency-key', message: '1 to 255 characters' }],
        })
      }
      const route = `${this.method} ${this.routeOptions.url} ${JSON.stringify(this.params)}`
      return {
        scope: actorLabel(this.actor),
        key,
        requestHash: requestHash(route, this.body),
        expiresInS: this.routeOptions.config.keyExpires ? DAY_S : MONEY_KEY_S,
      }
    })

    app.decorateRequest('change', async function <
      T,
    >(this: FastifyRequest, reply: FastifyReply, status: number | ((result: T) => number), use: (work: Work) => Promise<T | Refusal>) {
      const key = this.idempotencyKey()
      const answer = await this.read(async (work): Promise<StoredAnswer | Refusal> => {
        const [before] = key ? await claimKeys(work, [key]) : []
        if (before instanceof Error) throw before
        if (before) return (await this.routeOptions.config.again?.(work, before)) ?? before
        const result = await use(work)
        if (isRefusal(result)) {
          if (key) await forgetKeys(work, [key])
          return result
        }
        const done = { status: typeof status === 'number' ? status : status(result), body: toWire(result) }
        if (key) await storeAnswers(work, [{ scope: key.scope, key: key.key, answer: done }])
        return done
      })
      if (isRefusal(answer)) throw answer.refused
      return sendAnswer(reply, answer)
    })
  })

/**
 * A reply that can send a result of the type `T`. By this type, the compiler refuses a result that does not
 * fit the route's answer schema.
 */
interface TakesBody<T> {
  send: (body: ToWire<T>) => unknown
}

/**
 * Sends a stored answer unchanged. The answer was checked against the route's schema when it was made, so it
 * is not checked again.
 */
export const sendAnswer = (reply: FastifyReply, { status, body }: StoredAnswer): FastifyReply =>
  reply.code(status).send(body)

/**
 * Remembers the digest (hash) of a valid staff token. Later requests with that token are then not counted as
 * guesses.
 */
function remember(seen: Set<string>, digest: string): void {
  if (seen.size >= MAX_CACHED) seen.clear()
  seen.add(digest)
}

const isRefusal = (result: unknown): result is Refusal =>
  typeof result === 'object' &&
  result !== null &&
  'refused' in result &&
  result.refused instanceof DomainError

/** The interval (ms) at which this process reads which log-ins ended in the last minute. */
const REFRESH_MS = 400
/**
 * The interval (ms) at which the process reads all ended log-ins again. Between two such reads, it reads only
 * the log-ins that ended in the last minute. A whole minute is read again, because the transaction that ends
 * a log-in may commit late.
 */
const ALL_MS = 15_000
const LATE_S = 60

/**
 * The log-ins that ended (by log-out, suspension, reuse of a refresh token or change of a login contact),
 * although their access tokens are not expired. Every process reads them at short intervals. So it refuses
 * those tokens within a second, and no request waits for the reading.
 */
class EndedSessions {
  #ids = new Set<string>()
  #allReadAt = 0
  #reading = false
  readonly #timer: NodeJS.Timeout
  readonly #laku: Laku

  constructor(laku: Laku) {
    this.#laku = laku
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS).unref()
    void this.#refresh()
  }

  async #refresh(): Promise<void> {
    // A new query for ended log-ins starts only after the last one has returned, so that queries do not pile
    // up while the database is slow.
    if (this.#reading) return
    this.#reading = true
    const { clock, policy, db, logger } = this.#laku
    const startedAt = performance.now()
    const all = this.#allReadAt === 0 || startedAt - this.#allReadAt > ALL_MS
    const seconds = all ? (policy.accessTokenMinutes + 1) * 60 : LATE_S
    try {
      const ids = await endedSessionsSince(db, secondsAfter(clock.now(), -seconds))
      if (all) {
        this.#ids = new Set(ids)
        this.#allReadAt = startedAt
      } else for (const id of ids) this.#ids.add(id)
    } catch (error) {
      logger.warn(
        { err: error },
        'the list of ended log-ins could not be read; the previous list is still used',
      )
    } finally {
      this.#reading = false
    }
  }

  has(authSessionId: string): boolean {
    return this.#ids.has(authSessionId)
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
