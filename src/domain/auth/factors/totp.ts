import { Secret, TOTP } from 'otpauth'
import type { Vault } from '../../kernel/index.ts'

/** The name of the purpose for which the vault seals and opens the secrets of second factors. */
export const FACTOR_PURPOSE = 'staff.factor'

/**
 * The period after which a second factor shows a new code (s). It is 30 s, because RFC 6238 with SHA-1, six
 * digits and 30 s works in all authenticator apps.
 */
const PERIOD_S = 30
/** The number of periods by which the clock of a telephone may be ahead or behind (RFC 6238, 5.2). */
const DRIFT_STEPS = 1
// The secret of a second factor has 160 bits, as long as the SHA-1 digest (RFC 4226, 4).
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

/**
 * Returns a new second-factor secret in base 32, and the `otpauth://…` address that an authenticator app
 * reads.
 */
export function newFactorSecret(label: string): { secret: string; uri: string } {
  const secret = new Secret({ size: SECRET_BYTES }).base32
  return { secret, uri: totpOf(secret, label).toString() }
}

/** Returns the code that an authenticator app shows for a secret at this time (ms since 1970). */
export function factorCodeAt(secret: string, atMs: number): string {
  return totpOf(secret).generate({ timestamp: atMs })
}

/** Seals the secret of a second factor, so that the stored secret is unreadable. */
export function sealFactorSecret(vault: Vault, secret: string): string {
  return vault.seal(FACTOR_PURPOSE, secret)
}

/**
 * Returns the number of the 30 s period to which a code belongs: the present one, the one before or the one
 * after. Returns undefined if the code belongs to none of these.
 */
export function stepOfCode(secret: string, code: string, nowMs: number): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: DRIFT_STEPS })
  return delta === null ? undefined : Math.floor(nowMs / 1000 / PERIOD_S) + delta
}
