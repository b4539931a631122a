import { secondsAfter } from './clock.ts'

const FIRST_S = 10
const LONGEST_S = 3600

/**
 * When to try a provider again after so many attempts: what it asked for (`Retry-After`), else 10 s, doubled
 * with each attempt up to an hour. Eight attempts are spent after 21 minutes.
 */
export function retryAt(now: Date, attempts: number, retryAfterS?: number): Date {
  return secondsAfter(now, retryAfterS ?? Math.min(LONGEST_S, FIRST_S * 2 ** Math.max(0, attempts - 1)))
}
