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
 * The callers that may knock at a route. A guest may, and a guest who sends a token is known by that token.
 * The use case decides what a staff role may do.
 */
export type Access = 'open' | 'guest' | 'customer' | 'staff' | 'signed-in'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** Keeps the raw body, so that a signature over it can be checked. */
    rawBody?: boolean
    /** Whether an allowed sender signed the body. This is checked before the body is parsed. */
    isSigned?: (request: FastifyRequest, raw: Buffer) => boolean
    /** A guest route for which a token that is no good is as good as none: it is never a 401. */
    takesAnyToken?: boolean
    /**
     * Gives the answer to a request that is repeated. No names and addresses are kept of it: they are read
     * again, where it holds any (test/contract/kept-answers.test.ts).
     */
    again?: (work: Work, kept: StoredAnswer) => Promise<StoredAnswer>
    /** The call moves no money, so its idempotency key may be forgotten after a day. */
    keyExpires?: boolean
    /** A POST that does nothing more when it is sent twice: no idempotency key is looked at. */
    takesNoKey?: boolean
  }
  interface FastifyRequest {
    actor: Actor
    rawBody: Buffer | undefined
    /**
     * Runs a unit of work as the caller. Strangers' requests run in turn (strangers/): each waits in the line
     * of its network, or of the proof that it holds.
     */
    read<T>(use: (work: Work) => Promise<T>, turn?: string): Promise<T>
    /**
     * Runs a change as the caller, once per Idempotency-Key, and sends its result; the status may depend on
     * the result. A refused change leaves its key free, whether the refusal is thrown (and rolled back) or
     * returned (and committed).
     */
    change<T>(
      reply: FastifyReply & TakesBody<T>,
      status: number | ((result: T) => number),
      use: (work: Work) => Promise<T | Refusal>,
    ): Promise<FastifyReply>
    /** The caller's idempotency key for this request, where one was sent. */
    idempotencyKey(): IdempotencyKey | undefined
  }
}

const DAY_S = 24 * 3600
/**
 * The time for which the idempotency keys of requests about money are kept; nobody repeats a request later.
 */
const MONEY_KEY_S = 90 * DAY_S
/** The length of a staff token: `lkst_` and 32 random bytes. A text of another length is never looked up. */
const STAFF_TOKEN_LENGTH = 48
const MAX_CACHED = 1_000
const anonymous: Actor = { kind: 'visitor', name: 'http' }

/** Finds out who calls, and gives a route two ways to run a use case for them. */
export const access = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    const ended = new EndedSessions(laku)
    const seenTokens = new Set<string>()
    app.addHook('onClose', async () => ended.close())
    // Set by the hook below before any handler runs; a shared object here would leak between requests.
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
        // Outside of any transaction: a made-up token costs one look.
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
      const run = () => laku.units.run(this.actor, use, { requestId: this.id })
      return this.actor.kind === 'visitor' ? app.inTurn(turn ?? this.network.home, run) : run()
    })

    app.decorateRequest('idempotencyKey', function (this: FastifyRequest) {
      const key = this.headers['idempotency-key']
      // Keys of different strangers could collide. So a request without a known caller uses no key, and runs
      // each time it is sent.
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

/** A reply whose schema takes this result. */
interface TakesBody<T> {
  send: (body: ToWire<T>) => unknown
}

/** Sends an answer as it was kept: it was typed by the schema of its route when it was made. */
export const sendAnswer = (reply: FastifyReply, { status, body }: StoredAnswer): FastifyReply =>
  reply.code(status).send(body)

/** Tokens that were good once are looked for without being counted as a guess. */
function remember(seen: Set<string>, digest: string): void {
  if (seen.size >= MAX_CACHED) seen.clear()
  seen.add(digest)
}

const isRefusal = (result: unknown): result is Refusal =>
  typeof result === 'object' &&
  result !== null &&
  'refused' in result &&
  result.refused instanceof DomainError

/** A log-in that ended is known here so soon. */
const REFRESH_MS = 400
/**
 * The interval at which all ended log-ins are read again. In between, only those of the last minute are read,
 * because a transaction that ends a log-in may commit late.
 */
const ALL_MS = 15_000
const LATE_S = 60

/**
 * Log-ins that ended (logged out, suspended, reused, a way in changed) while their access tokens are still in
 * date. Every process learns of a newly ended log-in within a second. No request pays for this: the read uses
 * an index over few rows, outside of any transaction.
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
    // While the database is slow, the questions to it do not pile up.
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
      logger.warn({ err: error }, 'ended sessions could not be read; the last list stays')
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
