import type { Cell } from './format.ts'
import type { Column } from './table.ts'

/** RFC 4180 lines: names as in the JSON, amounts as whole numbers, instants as ISO 8601. */
export function renderCsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const header = columns.map((column) => column.name).join(',')
  const lines = rows.map((row) => columns.map((column) => field(column.value(row))).join(','))
  return [header, ...lines].map((line) => `${line}\r\n`).join('')
}

function field(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'string') return String(value)
  // A spreadsheet runs a text that begins like a formula (OWASP: CSV injection); an apostrophe makes it text.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
