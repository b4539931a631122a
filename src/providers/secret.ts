import { createHash, timingSafeEqual } from 'node:crypto'

const LONGEST = 1_024

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Whether a secret that came with a request is one of the accepted ones (several while it rotates). It
 * compares the digests of all of them, so that the time taken shows neither length, nor content, nor which
 * one matched.
 */
export function isAcceptedSecret(given: string | undefined, accepted: readonly string[]): boolean {
  // No secret of ours is longer than this: a longer value is not worth a digest.
  if (given === undefined || given.length > LONGEST) return false
  const candidate = digest(given)
  let found = false
  for (const secret of accepted) {
    if (secret !== '' && timingSafeEqual(candidate, digest(secret))) found = true
  }
  return found
}
