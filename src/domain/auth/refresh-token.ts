import { randomBytes } from 'node:crypto'
import type { Vault } from '../kernel/index.ts'

const PURPOSE = 'auth.refresh'

/**
 * A fresh refresh token, `<auth session>.<32 random bytes>`. It names its family, so that one rotated away long ago is
 * still known for what it is.
 */
export function newRefreshToken(authSessionId: string): string {
  return `${authSessionId}.${randomBytes(32).toString('base64url')}`
}

export function refreshHash(vault: Vault, token: string): string {
  return vault.hmac(PURPOSE, token)
}

const shape = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]{43}$/

/** The log-in that a token says it belongs to; undefined where it is no token of ours. */
export function authSessionOf(token: string): string | undefined {
  return shape.exec(token)?.[1]
}
