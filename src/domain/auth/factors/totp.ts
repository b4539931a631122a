import { Secret, TOTP } from 'otpauth'
import type { Vault } from '../../kernel/index.ts'

/** The purpose that secrets of factors are sealed for. */
export const FACTOR_PURPOSE = 'staff.factor'

/** RFC 6238: SHA-1, six digits and 30 s, which all authenticator apps support. */
const PERIOD_S = 30
/** A telephone may be a step ahead or behind (RFC 6238, 5.2). */
const DRIFT_STEPS = 1
// 160 bits, as long as the digest (RFC 4226, 4).
const SECRET_BYTES = 20

const totpOf = (secret: string, label = 'staff') =>
  new TOTP({
    issuer: 'laku',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_S,
    secret: Secret.fromBase32(secret),
  })

/** A new secret in base 32, and the address that an authenticator app reads. */
export function newFactorSecret(label: string): { secret: string; uri: string } {
  const secret = new Secret({ size: SECRET_BYTES }).base32
  return { secret, uri: totpOf(secret, label).toString() }
}

/** The code of a secret at this time, in milliseconds since 1970. */
export function factorCodeAt(secret: string, atMs: number): string {
  return totpOf(secret).generate({ timestamp: atMs })
}

/** Keeps a secret unreadable at rest. */
export function sealFactorSecret(vault: Vault, secret: string): string {
  return vault.seal(FACTOR_PURPOSE, secret)
}

/** The time step that a code is of, now or one step away; undefined where it is none of them. */
export function stepOfCode(secret: string, code: string, nowMs: number): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: DRIFT_STEPS })
  return delta === null ? undefined : Math.floor(nowMs / 1000 / PERIOD_S) + delta
}
