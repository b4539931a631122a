import { randomBytes } from 'node:crypto'
import type { Vault } from '../../kernel/index.ts'

const PURPOSE = 'auth.challenge'
const RANDOM_BYTES = 10
const SIGNATURE_BYTES = 6

/**
 * Returns a new challenge id (the id of one sent code), which only the browser that asked for the code gets
 * to know. The id is a UUID v8 of random bytes and a signature over them (48 bits). By the signature, laku
 * detects an invented id without a query to the database.
 */
export function newChallengeId(vault: Vault): string {
  const bytes = Buffer.concat([randomBytes(RANDOM_BYTES), Buffer.alloc(SIGNATURE_BYTES)])
  // RFC 9562: version 8 is for custom layouts; the variant bits are 10.
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  vault.sign(PURPOSE, saidBy(bytes), SIGNATURE_BYTES).copy(bytes, RANDOM_BYTES)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/**
 * Returns whether laku issued this challenge id (the id of one sent code). The code itself may have expired
 * long ago.
 */
export function isChallengeId(vault: Vault, id: string): boolean {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  return bytes.length === 16 && vault.isSigned(PURPOSE, saidBy(bytes), bytes.subarray(RANDOM_BYTES))
}

const saidBy = (bytes: Buffer) => bytes.toString('hex', 0, RANDOM_BYTES)
