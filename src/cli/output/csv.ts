import type { Cell } from './format.ts'
import type { Column } from './table.ts'

/**
 * Returns rows as lines of CSV (RFC 4180) for machines: column names as in the JSON, amounts as whole
 * numbers, instants as ISO 8601, phone numbers unchanged.
 */
export function renderCsv<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { header = true }: { header?: boolean } = {},
): string {
  const names = columns.map((column) => column.name).join(',')
  const lines = rows.map((row) => columns.map((column) => field(column.value(row))).join(','))
  return [...(header ? [names] : []), ...lines].map((line) => `${line}\r\n`).join('')
}

/** Matches a phone or account number: six digits or more, with separators between them. */
const number = /^\+?\d[\d .-]{5,}$/
/**
 * Matches a place in a text where a spreadsheet could begin a formula: the start of the text, or after a
 * separator. Spaces, invisible characters and quotes may stand before the formula's sign. The sign may also
 * be as wide as a Chinese character, like `＝`.
 */
const formula = /(^|[,;|\t\r\n\v\f\u0085\u2028\u2029])([\s"\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@＝＋－＠])/g

function field(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'string') return String(value)
  // If a text begins like a formula, a spreadsheet calculates it (OWASP: CSV injection). The same is true for
  // a text after one of the spreadsheet's separators. An apostrophe before the text prevents this.
  const first = /^[\t\r]/.test(value) ? "'" : ''
  const marked = first + value.replaceAll(formula, "$1$2'")
  const text = number.test(value) ? value : marked
  return /[",;|\t\r\n\v\f\u0085\u2028\u2029]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
