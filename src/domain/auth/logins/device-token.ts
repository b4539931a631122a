import { randomBytes } from 'node:crypto'
import { secondsAfter, type Vault, type Work } from '../../kernel/index.ts'

const PURPOSE = 'auth.device'
const DAYS = 180

/**
 * Returns the device token, which a browser keeps after a log-in. It proves that this user was here before,
 * but logs nobody in by itself. It is signed and not stored: `<user>.<random>.<until, in
 * seconds>.<signature>`.
 */
export function newDeviceToken(work: Work, userId: string): string {
  const until = Math.floor(secondsAfter(work.now, DAYS * 86_400).getTime() / 1000)
  const text = `${userId}.${randomBytes(9).toString('base64url')}.${until}`
  return `${text}.${work.vault.hmac(PURPOSE, text)}`
}

const shape = /^([0-9a-f-]{36})\.([\w-]{12})\.(\d{1,12})\.([\w-]{43})$/

/**
 * Returns the user and the device in a device token; undefined for a token that laku did not issue, or that
 * is out of date.
 */
export function readDeviceToken(
  { vault, now }: { vault: Vault; now: Date },
  token: string | undefined,
): { userId: string; device: string } | undefined {
  const parts = token === undefined ? null : shape.exec(token)
  if (!parts || Number(parts[3]) * 1000 <= now.getTime()) return undefined
  const [, userId = '', device = '', until, signature = ''] = parts
  return vault.verify(PURPOSE, `${userId}.${device}.${until}`, signature) ? { userId, device } : undefined
}
