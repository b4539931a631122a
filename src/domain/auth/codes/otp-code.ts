import { randomInt } from 'node:crypto'
import type { Vault } from '../../kernel/index.ts'

const PURPOSE = 'auth.otp'

/** Returns a new random code of six digits. The code may begin with zeros. All codes are equally likely. */
export function newOtpCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0')
}

/**
 * Returns the hash of a code. The hash is made with a key, because without a key all million codes could be
 * tried in a second. The hash includes the challenge id (the id of one sent code), so that equal codes have
 * different hashes.
 */
export function otpHash(vault: Vault, challengeId: string, code: string): string {
  return vault.hmac(PURPOSE, `${challengeId} ${code}`)
}

export function isOtpCode(vault: Vault, challengeId: string, code: string, hash: string): boolean {
  return vault.verify(PURPOSE, `${challengeId} ${code}`, hash)
}

const MESSAGE_PREFIX = 'otp:'

/**
 * Returns the dedupe key of the WhatsApp message that carries the code of a challenge (one sent code). `n`
 * numbers the messages with the same code, from 1.
 */
export function otpMessageKey(challengeId: string, n = 1): string {
  return `${MESSAGE_PREFIX}${challengeId}${n === 1 ? '' : `#${n}`}`
}

/**
 * Returns the id of the challenge (one sent code) from the dedupe key of the WhatsApp message that carried
 * the code. Returns undefined if the message carried no code.
 */
export function challengeOfMessage(dedupeKey: string): string | undefined {
  if (!dedupeKey.startsWith(MESSAGE_PREFIX)) return undefined
  return dedupeKey.slice(MESSAGE_PREFIX.length).split('#', 1)[0]
}
