import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  authErrors,
  hasWorked,
  isChallengeId,
  issuedToken,
  type LoginOutcome,
  logout,
  type Proof,
  readDeviceToken,
  refreshLogin,
  requestOtp,
  sendCodeAgain,
  verifyOtp,
  workNeeded,
} from '../../domain/auth/index.ts'
import { type Actor, DomainError, fromWire } from '../../domain/kernel/index.ts'
import { isOwnPhone, normalizePhone } from '../../domain/user/index.ts'
import { requireServedCountry } from '../../domain/whatsapp/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'
import { RefusalCache } from '../strangers/refusal-cache.ts'

const phone = z.string().min(6).max(32)
const code = z.string().regex(/^[0-9]{6}$/)
/**
 * The answer to a proof of work, a puzzle that slows down attackers (error auth.proof_needed). SHA-256 of
 * `<puzzle>:<answer>` must begin with `bits` zero bits.
 */
export const proof = z.strictObject({ puzzle: z.string().max(120), answer: z.string().min(1).max(40) })
/**
 * The device token that this browser got at an earlier log-in. With it, the browser is not delayed when other
 * people ask for many codes to the same phone number.
 */
const deviceToken = z.string().max(150)
const name = z.string().trim().min(1).max(100)

const isCode = (error: unknown, code: string) => error instanceof DomainError && error.code === code

const tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  /** The seconds until the access token expires. */
  expires_in_s: z.int(),
  /**
   * The device token, which the browser keeps and sends with its next request for a one-time code. It logs
   * nobody in.
   */
  device_token: z.string().optional(),
  user: z.object({
    id: z.uuid(),
    phone: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    locale: z.enum(['id', 'en']),
  }),
})

const asked = z.object({
  /**
   * The id of the request for a one-time code. The code is valid only together with this id, and only the
   * requesting browser gets the id.
   */
  challenge_id: z.uuid(),
  expires_in_s: z.int(),
  /**
   * The number of seconds until the one-time code is sent; at most 60. It is absent if the code is sent at
   * once, as usual.
   */
  sent_in_s: z.int().optional(),
})

/**
 * Returns the browser's user agent. It helps to tell whether a repeated refresh token comes from another tab
 * of the same browser, or from another person.
 */
const deviceIn = ({ headers }: FastifyRequest) => headers['user-agent']?.slice(0, 300) ?? ''

/**
 * The routes to log in and out. They take no Idempotency-Key, because answers with tokens must not be stored,
 * and callers without a log-in could send equal keys. A repetition does no harm: a code is valid once, and a
 * refresh token that is repeated within 30 s gets its first answer again.
 */
export const authRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const refusals = new RefusalCache(laku)

    /**
     * Returns the tokens of a successful log-in. If the log-in failed, throws the refusal; the wrong guess is
     * already counted and committed.
     */
    const answer = (outcome: LoginOutcome): z.infer<typeof tokens> => {
      if (outcome.refused) throw outcome.refused
      const { user, authSessionId, refreshToken } = outcome.login
      return {
        access_token: app.signAccessToken({ userId: user.id, authSessionId }),
        refresh_token: refreshToken,
        expires_in_s: laku.policy.accessTokenMinutes * 60,
        user,
      }
    }

    /**
     * Returns the logged-in customer if the request has a valid token. An invalid or expired token is
     * ignored, because anybody may ask for a one-time code.
     */
    const customerOf = ({ headers }: FastifyRequest): Actor | undefined => {
      const claims = app.readAccessToken(headers.authorization?.replace(/^Bearer /, '') ?? '')
      return claims && { kind: 'customer', id: claims.sub }
    }

    app.post(
      '/api/auth/otp',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Request a code: to log in, or as a customer for a withdrawal or a new email address',
          body: z.strictObject({
            phone,
            /**
             * The only purpose for which the one-time code is valid. Default: a withdrawal if a logged-in
             * caller asks for a code to their own number, otherwise a log-in.
             */
            purpose: z.enum(['login', 'withdrawal', 'email']).optional(),
            device_token: deviceToken.optional(),
            proof: proof.optional(),
          }),
          response: { 202: asked },
        },
      },
      async (request, reply) => {
        const { purpose = await purposeOf(request, request.body.phone), ...body } = fromWire(request.body)
        const given = { ...body, purpose, ip: request.address }
        const turn = purpose === 'login' ? await limitStrangers(request, body) : request.network.home
        const actor = (purpose !== 'login' && customerOf(request)) || request.actor
        const options = { requestId: request.id }
        // During an attack by many networks (a siege), callers must give a proof of work. The siege may have
        // begun while the request waited in its queue. So it is checked here, after the wait.
        const run = () =>
          laku.unitOfWork.run(
            actor,
            (work) => requestOtp(work, { ...given, strangersMustWork: refusals.isSiege() }),
            options,
          )
        const made = await (actor.kind === 'visitor' ? app.inTurn(turn, run) : run()).catch(
          (error: unknown) => {
            if (error instanceof DomainError && purpose === 'login') refusals.countRefusal(request.network)
            refusals.tooEarly(error)
            throw error
          },
        )
        const waits = made.sentInS > 0 ? { sent_in_s: made.sentInS } : {}
        return reply
          .code(202)
          .send({ challenge_id: made.challengeId, expires_in_s: made.expiresInS, ...waits })
      },
    )

    /**
     * Refuses a request for a one-time code if its IP address, or the whole shop, has reached its limit. A
     * known browser is not refused, and neither is a request with proof of work. Both are checked without the
     * database. Returns the name of the queue in which the request waits.
     */
    async function limitStrangers(
      request: FastifyRequest,
      {
        phone,
        proof,
        deviceToken,
      }: { phone: string; proof?: Proof | undefined; deviceToken?: string | undefined },
    ): Promise<string> {
      try {
        const here = { vault: laku.vault, now: laku.clock.now() }
        const asker = { phone: normalizePhone(phone), ip: request.address, proof }
        requireServedCountry(laku.policy, asker.phone)
        const known = readDeviceToken(here, deviceToken)
        if (known && (await app.mayAskAsDevice(request, known.device))) return `device ${known.device}`
        const refused = await refusals.refusalOf(asker)
        if (refused) throw refused
        if (hasWorked(here, asker)) return `worked ${asker.phone}`
        if (!(await app.mayAskForCode(request))) throw workNeeded(here, asker, 60)
        return request.network.home
      } catch (error) {
        // A mistyped phone number is an ordinary mistake. So it is not counted as a sign of an attack.
        if (!isCode(error, 'user.phone_invalid')) refusals.countRefusal(request.network)
        throw error
      }
    }

    /**
     * Returns the default purpose of a one-time code. It is a withdrawal if a logged-in person asks for a
     * code to their own number, and otherwise a log-in.
     */
    async function purposeOf(request: FastifyRequest, asked: string): Promise<'login' | 'withdrawal'> {
      const actor = customerOf(request)
      if (!actor) return 'login'
      const own = await laku.unitOfWork.run(actor, (work) => isOwnPhone(work, asked))
      return own ? 'withdrawal' : 'login'
    }

    app.post(
      '/api/auth/otp/resend',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Send a code again, by the channel that the person chooses',
          body: z.strictObject({ challenge_id: z.uuid(), channel: z.enum(['whatsapp', 'sms', 'email']) }),
          response: { 202: z.object({ channel: z.enum(['whatsapp', 'sms', 'email']), again_in_s: z.int() }) },
        },
      },
      async (request, reply) => {
        const given = fromWire(request.body)
        await requireGenuine(request, given.challengeId)
        const send = () => request.read((work) => sendCodeAgain(work, given), given.challengeId)
        const { channel, againInS } = await refusals.once(`resend ${given.challengeId}`, send)
        return reply.code(202).send({ channel, again_in_s: againInS })
      },
    )

    /**
     * Requires an id of a code request (challenge) that laku signed. An invented id lacks the signature. It
     * is recognised without the database, and counted as a guess.
     */
    async function requireGenuine(request: FastifyRequest, challengeId: string): Promise<void> {
      if (isChallengeId(laku.vault, challengeId)) return
      refusals.countForgery(request.network)
      await app.limitGuess(request)
      throw authErrors.code_expired()
    }

    app.post(
      '/api/auth/otp/verify',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Log in with a code; a new phone registers',
          body: z.strictObject({
            challenge_id: z.uuid(),
            code,
            name: name.optional(),
            proof: proof.optional(),
          }),
          response: { 200: tokens },
        },
      },
      async (request) => {
        const given = { ...fromWire(request.body), ip: request.address, device: deviceIn(request) }
        await requireGenuine(request, given.challengeId)
        const outcome = await refusals.guess(given, () =>
          request.read((work) => verifyOtp(work, given), given.challengeId),
        )
        const answered = answer(outcome)
        return outcome.refused ? answered : { ...answered, device_token: outcome.deviceToken }
      },
    )

    app.post(
      '/api/auth/refresh',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Exchange a refresh token for new tokens',
          body: z.strictObject({ refresh_token: z.string().min(1).max(200) }),
          response: { 200: tokens },
        },
      },
      async (request) => {
        const { refresh_token } = request.body
        const issued = issuedToken(laku.vault, refresh_token)
        // A refresh token without laku's signature may be invented, or issued by an earlier version of laku.
        // Only the database can tell which. So the token is counted as a guess before the database is asked.
        if (!issued) await app.limitTokenGuess(request)
        const refresh = () =>
          request.read((work) => refreshLogin(work, refresh_token, deviceIn(request)), issued?.authSessionId)
        return answer(await (issued ? refusals.once(`refresh ${refresh_token}`, refresh) : refresh()))
      },
    )

    app.post(
      '/api/auth/logout',
      {
        config: { access: 'customer', takesNoKey: true },
        schema: {
          summary: 'End this login',
          body: z.strictObject({}).nullish(),
          response: { 204: z.undefined() },
        },
      },
      async (request, reply) => {
        const claims = app.readAccessToken(request.headers.authorization?.slice('Bearer '.length) ?? '')
        if (!claims) throw httpErrors.unauthorized()
        await request.read((work) => logout(work, { authSessionId: claims.sid }))
        return reply.code(204).send()
      },
    )
  }
