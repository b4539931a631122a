import { secondsAfter, type Work } from '../../kernel/index.ts'

/** Until when goods that arrive now may be sent back (policy.returnWindowDays). */
export function returnUntil({ now, policy }: Work): Date {
  return secondsAfter(now, policy.returnWindowDays * 24 * 3600)
}
