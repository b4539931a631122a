import { secondsAfter, type Work } from '../../kernel/index.ts'

/** Returns the end of the return window of goods that arrive now (policy.returnWindowDays). */
export function returnUntil({ now, policy }: Work): Date {
  return secondsAfter(now, policy.returnWindowDays * 24 * 3600)
}
