import { createHash, timingSafeEqual } from 'node:crypto'

const LONGEST = 1_024

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Returns true if the secret of a request is one of the accepted secrets. Several are accepted during a
 * rotation. The digest of the given secret is compared with the digests of all accepted secrets. So the time
 * taken shows neither a secret's length, nor its content, nor which one matched.
 */
export function isAcceptedSecret(given: string | undefined, accepted: readonly string[]): boolean {
  // No secret of ours is longer than this, so a longer value is refused without a digest.
  if (given === undefined || given.length > LONGEST) return false
  const candidate = digest(given)
  let found = false
  for (const secret of accepted) {
    if (secret !== '' && timingSafeEqual(candidate, digest(secret))) found = true
  }
  return found
}
