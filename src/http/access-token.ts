import { createHash } from 'node:crypto'
import jwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Laku } from '../runtime/laku.ts'

export interface AccessClaims {
  /** The user. */
  sub: string
  /** The log-in (auth session) that the token belongs to. */
  sid: string
  iat: number
  exp: number
}

declare module 'fastify' {
  interface FastifyInstance {
    /** A token for a logged-in customer, good for `policy.accessTokenMinutes`. */
    signAccessToken(login: { userId: string; authSessionId: string }): string
    /** The claims of a token that is ours and not expired, else undefined. */
    readAccessToken(token: string): AccessClaims | undefined
  }
}

const LONGEST_TOKEN = 1_000

const keyIdOf = (secret: string) => createHash('sha256').update(secret).digest('hex').slice(0, 8)

/**
 * Access tokens: HS256, the key named by `kid` so that two are good while a secret rotates (the first signs).
 * Expiry is held against laku's clock, which development may shift.
 */
export const accessTokens = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    const secrets = laku.config.jwtSecret
    const keyIds = secrets.map(keyIdOf)
    // A token's header is the same text for every token that we signed: known by looking it up, not by
    // parsing it.
    const keyIdByHeader = new Map<string, string>()
    for (const secret of secrets) {
      const kid = keyIdOf(secret)
      await app.register(jwt, {
        secret,
        namespace: kid,
        sign: { algorithm: 'HS256', header: { alg: 'HS256', kid, typ: 'JWT' }, noTimestamp: true },
        verify: { algorithms: ['HS256'], ignoreExpiration: true },
      })
    }
    const keys = app.jwt as unknown as Record<
      string,
      { sign(payload: object): string; verify(token: string): AccessClaims }
    >
    for (const kid of keyIds) keyIdByHeader.set(keys[kid]?.sign({}).split('.')[0] as string, kid)

    const keyIdIn = (header: string) => keyIds.find((kid) => kid === parsedHeader(header)?.kid)

    const nowS = () => Math.floor(laku.clock.now().getTime() / 1000)

    app.decorate('signAccessToken', ({ userId, authSessionId }) => {
      const iat = nowS()
      const claims: AccessClaims = {
        sub: userId,
        sid: authSessionId,
        iat,
        exp: iat + laku.policy.accessTokenMinutes * 60,
      }
      return keys[keyIds[0] as string]?.sign(claims) as string
    })
    app.decorate('readAccessToken', (token) => {
      // Our tokens have 300 characters. A much longer text is no token of ours, and neither is a text without
      // a dot.
      const end = token.indexOf('.')
      if (end < 0 || token.length > LONGEST_TOKEN) return undefined
      const header = token.slice(0, end)
      const kid = keyIdByHeader.get(header) ?? keyIdIn(header)
      if (kid === undefined) return undefined
      try {
        const claims = keys[kid]?.verify(token)
        return claims && claims.exp > nowS() ? claims : undefined
      } catch {
        return undefined
      }
    })
  })

function parsedHeader(header: string): { kid?: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}
