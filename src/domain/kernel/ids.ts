import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { jakartaDate } from './clock.ts'
import { identityOf } from './identity.ts'

/** A UUID v7: sorts by the time it was made, so that rows written together lie together. */
export function newId(): string {
  return v7()
}

export type CodePrefix = 'GBS' | 'ORD' | 'PAY' | 'RFD' | 'PO' | 'SHP' | 'STL' | 'WDR'

// Crockford's base 32: no I, L, O, U, so that a code survives being read aloud.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

// Staff make a few hundred sessions, purchase orders and settlements a day: 30 bits. The others come by the
// million: at a million a day 50 bits collide once in six years, and the unique index then refuses the
// second.
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

/** The prefixes that codes begin with. */
export const codePrefixes = Object.keys(codeLength) as readonly CodePrefix[]

/** A code for people: prefix, the Jakarta day, and random letters: `GBS-261123-7K3QX2`. */
export function newCode(prefix: CodePrefix, now: Date): string {
  const day = jakartaDate(now).slice(2).replaceAll('-', '')
  let letters = ''
  for (const byte of randomBytes(codeLength[prefix])) letters += alphabet[byte & 31]
  return `${prefix}-${day}-${letters}`
}

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** People and scripts may name a thing by its UUID or by its code: which column to look in. */
export function idOrCode(text: string): { id: string } | { code: string } {
  const identity = identityOf(text)
  return uuidShape.test(identity) ? { id: identity.toLowerCase() } : { code: identity }
}
