import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type LoginOutcome, logout, refreshLogin, requestOtp, verifyOtp } from '../../domain/auth/index.ts'
import { fromWire } from '../../domain/kernel/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { httpErrors } from '../http-errors.ts'

const phone = z.string().min(6).max(32)
const code = z.string().regex(/^[0-9]{6}$/)
const name = z.string().trim().min(1).max(100)

const tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  /** Of the access token. */
  expires_in_s: z.int(),
  user: z.object({
    id: z.uuid(),
    phone: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    locale: z.enum(['id', 'en']),
  }),
})

/**
 * Logging in and out. Nobody is known yet, so no Idempotency-Key is taken: keys of strangers would meet, and answers
 * with tokens are not to be stored. A code is good once, and a refresh token comes again within its 10 s.
 */
export const authRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    /** Throws what was refused, now that it is counted and committed. */
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

    app.post(
      '/api/auth/otp',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Ask for a login code by WhatsApp',
          body: z.strictObject({ phone }),
          response: { 202: z.object({ challenge_id: z.uuid(), expires_in_s: z.int() }) },
        },
      },
      async (request, reply) => {
        const asked = { phone: request.body.phone, ip: request.ip }
        const { challengeId, expiresInS } = await request.read((work) => requestOtp(work, asked))
        return reply.code(202).send({ challenge_id: challengeId, expires_in_s: expiresInS })
      },
    )

    app.post(
      '/api/auth/otp/verify',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Log in with a code; a new phone registers',
          body: z.strictObject({ challenge_id: z.uuid(), code, name: name.optional() }),
          response: { 200: tokens },
        },
      },
      async (request) => answer(await request.read((work) => verifyOtp(work, fromWire(request.body)))),
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
      async (request) => answer(await request.read((work) => refreshLogin(work, request.body.refresh_token))),
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
