import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { jakartaDate } from './clock.ts'
import { identityOf } from './identity.ts'

/**
 * Returns a new UUID v7. These ids sort by the time of their creation, so rows written together are stored
 * together.
 */
export function newId(): string {
  return v7()
}

export type CodePrefix = 'GBS' | 'ORD' | 'PAY' | 'RFD' | 'PO' | 'SHP' | 'STL' | 'WDR'

// The letters and digits of Crockford's base 32: no I, L, O, U, so that a code survives being read aloud.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

// The number of random letters in each kind of code; a letter has 5 bits. For sessions, purchase orders and
// settlements, 30 bits are enough, because staff make only a few hundred of them a day.
//
// Orders, payments and the like have 50 bits, because there may be a million of them a day. At a million
// codes a day, two codes are the same about once in six years. In that case the unique index refuses the
// second code.
const codeLength: Record<CodePrefix, number> = {
  GBS: 6,
  PO: 6,
  STL: 6,
  ORD: 10,
  PAY: 10,
  RFD: 10,
  SHP: 10,
  WDR: 10,
}

/** The prefixes of the codes of laku's objects, such as `GBS`. */
export const codePrefixes = Object.keys(codeLength) as readonly CodePrefix[]

/**
 * Returns a new code for an object that people can read, such as `GBS-261123-7K3QX2`: the prefix, the day in
 * Jakarta, and random letters.
 */
export function newCode(prefix: CodePrefix, now: Date): string {
  const day = jakartaDate(now).slice(2).replaceAll('-', '')
  let letters = ''
  for (const byte of randomBytes(codeLength[prefix])) letters += alphabet[byte & 31]
  return `${prefix}-${day}-${letters}`
}

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Returns the value by which to look up an object, and whether it is the object's UUID or its code. People
 * and scripts may use both.
 */
export function idOrCode(text: string): { id: string } | { code: string } {
  const identity = identityOf(text)
  return uuidShape.test(identity) ? { id: identity.toLowerCase() } : { code: identity }
}
