import { createHash } from 'node:crypto'
import jwt from '@fastify/jwt'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Laku } from '../runtime/laku.ts'

export interface AccessClaims {
  /** The id of the user to whom the token was issued. */
  sub: string
  /** The log-in (auth session) that the token belongs to. */
  sid: string
  iat: number
  exp: number
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Signs an access token for a logged-in customer, valid for `policy.accessTokenMinutes`. */
    signAccessToken(login: { userId: string; authSessionId: string }): string
    /**
     * Returns the claims of an access token that laku signed and that has not expired; otherwise undefined.
     */
    readAccessToken(token: string): AccessClaims | undefined
  }
}

const LONGEST_TOKEN = 1_000

const keyIdOf = (secret: string) => createHash('sha256').update(secret).digest('hex').slice(0, 8)

/**
 * Registers the signing and reading of access tokens (HS256). While the secret is replaced, the old and the
 * new key are valid. `kid` names the key that signed a token; the first key signs new tokens. A token expires
 * by laku's clock, which a developer may shift.
 */
export const accessTokens = (laku: Laku) =>
  fp(async (app: FastifyInstance) => {
    const secrets = laku.config.jwtSecret
    const keyIds = secrets.map(keyIdOf)
    // All tokens that one key signed begin with the same header text. So the key is found by comparing that
    // text, without parsing it.
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
      // A token of laku has about 300 characters and a dot. So a much longer text, or a text without a dot,
      // is no token of laku.
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
