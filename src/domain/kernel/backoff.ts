import { secondsAfter } from './clock.ts'

const FIRST_S = 10
const LONGEST_S = 3600

/**
 * Returns the time of the next call to a provider after this many attempts. If the provider sent
 * `Retry-After`, the wait is that many seconds. Otherwise the first wait is 10 s, and each later wait is
 * twice as long as the previous one, up to an hour. So eight attempts take 21 minutes.
 */
export function retryAt(now: Date, attempts: number, retryAfterS?: number): Date {
  return secondsAfter(now, retryAfterS ?? Math.min(LONGEST_S, FIRST_S * 2 ** Math.max(0, attempts - 1)))
}
