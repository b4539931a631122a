import type { Policy } from '../kernel/index.ts'
import type { NoticeKind } from './kinds.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
// Jakarta is 7 hours ahead of UTC all year, because it has no summer time.
const JAKARTA_MS = 7 * HOUR_MS

/**
 * Returns the time from which a notice may be sent; undefined if it may be sent at once. A notice waits until
 * the quiet hours are over (policy.quietFromHour to policy.quietToHour, Jakarta). Notices about money, and
 * those that ask for a payment, never wait.
 */
export function sendableFrom(
  { kind, isPressing = false }: { kind: NoticeKind; isPressing?: boolean },
  now: Date,
  { quietFromHour: from, quietToHour: to }: Pick<Policy, 'quietFromHour' | 'quietToHour'>,
): Date | undefined {
  if (kind === 'money' || isPressing || from === to) return undefined
  const sinceMidnight = (now.getTime() + JAKARTA_MS) % DAY_MS
  const midnight = now.getTime() - sinceMidnight
  const hour = sinceMidnight / HOUR_MS
  const overnight = from > to
  const quiet = overnight ? hour >= from || hour < to : hour >= from && hour < to
  if (!quiet) return undefined
  const tomorrow = overnight && hour >= from
  return new Date(midnight + to * HOUR_MS + (tomorrow ? DAY_MS : 0))
}
