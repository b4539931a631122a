import type { Policy } from '../kernel/index.ts'
import type { NoticeKind } from './kinds.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
// The difference between Jakarta and UTC: Jakarta has no summer time.
const JAKARTA_MS = 7 * HOUR_MS

/**
 * Returns when a notice may be sent; undefined if it may be sent at once. In the quiet hours
 * (policy.quietFromHour to quietToHour, Jakarta) a notice waits until they are over. Notices about money
 * never wait. Neither do notices that ask for a payment, whose time would be over by the morning.
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
