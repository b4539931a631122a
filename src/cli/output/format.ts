import { secondsAfter } from '../../domain/kernel/clock.ts'
import { formatIdr, formatNumber } from '../../domain/kernel/money.ts'
import type { CellKind } from '../client/view.ts'

export type { CellKind }

export type Cell = string | number | boolean | Date | null | undefined

/** Returns an instant as `2026-11-24 11:31`, the time in Jakarta (UTC+7, no daylight saving). */
export function formatTime(instant: Date): string {
  return secondsAfter(instant, 7 * 3600)
    .toISOString()
    .slice(0, 16)
    .replace('T', ' ')
}

/** Returns a value as text for people; an empty value is a dash. */
export function formatCell(value: Cell, kind: CellKind = 'text'): string {
  if (value === null || value === undefined || value === '') return '-'
  if (value instanceof Date) return formatTime(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return kind === 'idr' ? formatIdr(value) : formatNumber(value)
  return printable(value)
}

/** Breaks a text into lines between words, if the terminal has a width. */
export function wrapped(text: string, width: number | undefined): string {
  if (width === undefined) return text
  // The lines stay 4 columns narrower than the terminal, because a mark is printed before a question.
  const line = new RegExp(`(.{1,${Math.max(10, width - 4)}})(?: +|$)`, 'g')
  return text
    .split('\n')
    .map((name) => name.replace(line, '$1\n').trimEnd())
    .join('\n')
}

/**
 * Replaces control characters by spaces in a text that others wrote, because a terminal would obey these
 * characters.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ')
}
