import { createHash, randomUUID } from 'node:crypto'
import type { Vault } from '../../kernel/index.ts'

const PURPOSE = 'auth.puzzle'
const GOOD_FOR_S = 300

/**
 * The number of zero bits with which the digest of a solution begins. A solution takes 2^15 digests on
 * average.
 *
 * A phone of 2018 makes 100,000 to 300,000 digests a second in its browser, and so needs 0.1 to 0.3 s. One
 * phone in a hundred is unlucky and needs 0.9 s.
 */
export const PROOF_BITS = 15

/**
 * A puzzle: its solution is an `answer` for which SHA-256 of `<puzzle>:<answer>` begins with `bits` zero
 * bits.
 */
export interface Puzzle {
  puzzle: string
  bits: number
}

export interface Proof {
  puzzle: string
  answer: string
}

/**
 * Returns a puzzle for one `subject`. A subject is a phone number or a challenge id (the id of one sent
 * code), together with the IP network of the caller. The solution is worth nothing for another subject. laku
 * does not store the puzzle.
 */
export function newPuzzle(vault: Vault, now: Date, subject: string): Puzzle {
  const until = Math.floor(now.getTime() / 1000) + GOOD_FOR_S
  // The random part makes each puzzle different. The signature is the part that nobody can forge.
  const text = `${randomUUID().replaceAll('-', '').slice(0, 12)}.${until}`
  return { puzzle: `${text}.${vault.hmac(PURPOSE, `${text} ${subject}`)}`, bits: PROOF_BITS }
}

const shape = /^([\w-]{12}\.(\d{1,12}))\.([\w-]{43})$/

/**
 * Returns whether this proof solves a puzzle that laku made for this `subject`. The check costs one digest
 * and one signature.
 */
export function isProof(vault: Vault, now: Date, subject: string, proof: Proof | undefined): boolean {
  const parts = proof === undefined ? null : shape.exec(proof.puzzle)
  if (!proof || !parts || Number(parts[2]) * 1000 < now.getTime()) return false
  const digest = createHash('sha256').update(`${proof.puzzle}:${proof.answer}`).digest()
  if (digest.readUInt32BE() >>> (32 - PROOF_BITS) !== 0) return false
  return vault.verify(PURPOSE, `${parts[1]} ${subject}`, parts[3] as string)
}
