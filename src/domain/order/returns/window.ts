import { secondsAfter, type Work } from '../../kernel/index.ts'

/** Returns the time until which goods that arrive now may be returned (policy.returnWindowDays). */
export function returnUntil({ now, policy }: Work): Date {
  return secondsAfter(now, policy.returnWindowDays * 24 * 3600)
}
