import { usageError } from '../errors/cli-error.ts'

const SECOND = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const
const JAKARTA = '+07:00'

const isUnit = (text: string): text is keyof typeof SECOND => Object.hasOwn(SECOND, text)

/** Returns the seconds of a duration like `7d`, `2h30m` or `90s`; undefined if the text is no duration. */
export function parseDurationS(text: string): number | undefined {
  if (!/^(\d{1,6}[smhdw])+$/.test(text)) return undefined
  let seconds = 0
  for (const [, count, unit = ''] of text.matchAll(/(\d+)([smhdw])/g)) {
    if (isUnit(unit)) seconds += Number(count) * SECOND[unit]
  }
  return seconds
}

const dayMs = 86_400_000
const dayWords: Record<string, number> = { yesterday: -1, today: 0, tomorrow: 1 }

function jakartaMidnight(now: Date, days: number): Date {
  const date = new Date(now.getTime() + 7 * 3_600_000 + days * dayMs).toISOString().slice(0, 10)
  return new Date(`${date}T00:00:00${JAKARTA}`)
}

/**
 * Returns the instant that a text names; undefined for any other text. A text without an offset is in Jakarta
 * time, and a date means its midnight. Accepts ISO 8601, a shift from now (`-2h`, `+3d`), `now`, `today`,
 * `yesterday` and `tomorrow`.
 */
export function parseTime(text: string, now: Date): Date | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'now') return now
  const days = dayWords[word]
  if (days !== undefined) return jakartaMidnight(now, days)
  const sign = word.startsWith('-') ? -1 : 1
  const shiftS = /^[+-]/.test(word) ? parseDurationS(word.slice(1)) : undefined
  if (shiftS !== undefined) return new Date(now.getTime() + sign * shiftS * 1000)
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(z|[+-]\d{2}:\d{2})?)?$/.exec(
    word,
  )
  if (!iso) return undefined
  const [, date = '', time = '00:00', offset = JAKARTA] = iso
  const instant = new Date(`${date}T${time}${offset.toUpperCase()}`)
  return isRealDate(date) && !Number.isNaN(instant.getTime()) ? instant : undefined
}

/** Returns whether a date exists: JavaScript turns 31 February into a day in March, which nobody means. */
function isRealDate(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date)
}

/** Returns the instant that the text of a flag names. Throws a usage error that lists the accepted forms. */
export function requireInstant(text: string, flag: string, now: Date): Date {
  const instant = parseTime(text, now)
  if (instant) return instant
  throw usageError(
    `${flag} is "${text}": it takes ISO 8601 like 2026-11-20T09:00, a date, -2h, today or yesterday`,
  )
}
