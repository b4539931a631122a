import { secondsAfter } from './clock.ts'

const FIRST_S = 10
const LONGEST_S = 3600

/**
 * Returns the time of the next call to a provider after this many attempts. The wait is the provider's
 * `Retry-After`; without it, 10 s, doubled with each attempt up to an hour. Eight attempts take 21 minutes.
 */
export function retryAt(now: Date, attempts: number, retryAfterS?: number): Date {
  return secondsAfter(now, retryAfterS ?? Math.min(LONGEST_S, FIRST_S * 2 ** Math.max(0, attempts - 1)))
}
