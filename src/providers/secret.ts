import { createHash, timingSafeEqual } from 'node:crypto'

const LONGEST = 1_024

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Whether a secret that came with a request is one of the accepted (several while it rotates). Digests are
 * compared, and all of them: neither length, content nor which one matched shows in the time it takes.
 */
export function isAcceptedSecret(given: string | undefined, accepted: readonly string[]): boolean {
  // No secret of ours is longer: what is, is not worth its digest.
  if (given === undefined || given.length > LONGEST) return false
  const candidate = digest(given)
  let found = false
  for (const secret of accepted) {
    if (secret !== '' && timingSafeEqual(candidate, digest(secret))) found = true
  }
  return found
}
