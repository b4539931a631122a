import CliTable from 'cli-table3'
import { type Cell, type CellKind, formatCell } from './format.ts'
import { type Style, statusColor } from './style.ts'

/** One column of a list, or one field of a thing. */
export interface Column<Row> {
  /** As in the JSON, units last: `total_idr`. */
  name: string
  /** For people; else made from the name. */
  heading?: string
  kind?: CellKind
  value: (row: Row) => Cell
}

const GAP = 2
const NARROWEST = 8

// Nothing is drawn between cells, so that a line can be copied as it stands.
const borderless = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
)

export interface TableOptions {
  /** Of the terminal; without one, lines are as long as they need to be. */
  width?: number | undefined
  style: Style
}

/** `total_idr` is "total", `joined_at` is "joined (WIB)": amounts and times say their unit in another way. */
export function headingOf<Row>({ name, heading, kind }: Column<Row>): string {
  const words = heading ?? name.replace(/_(idr|at)$/, '').replaceAll('_', ' ')
  return kind === 'time' ? `${words} (WIB)` : words
}

/** Rows in columns that fit the terminal; where they cannot, each row as a block of fields. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions,
): string {
  const cells = rows.map((row) => columns.map((column) => formatCell(column.value(row), column.kind)))
  const natural = columns.map((column, at) =>
    Math.max(headingOf(column).length, ...cells.map((line) => lengthOf(line[at] ?? ''))),
  )
  const widths = fitWidths(natural, columns.map(isText), options.width)
  if (!widths) return rows.map((row) => renderFields(columns, row, options.style)).join('\n\n')
  const table = new CliTable({
    head: columns.map((column) => options.style.bold(headingOf(column))),
    chars: borderless,
    colWidths: widths.map((width) => width + GAP),
    colAligns: columns.map(({ kind }) => (kind === 'idr' || kind === 'number' ? 'right' : 'left')),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
  })
  for (const line of cells)
    table.push(line.map((text, at) => colored(text, columns[at]?.kind, options.style)))
  return withoutTrailingSpace(table.toString())
}

/** The fields of one thing, a line each. */
export function renderFields<T>(fields: readonly Column<T>[], thing: T, style: Style): string {
  const label = Math.max(...fields.map((field) => headingOf(field).length))
  const lines = fields.map((field) => {
    const text = colored(formatCell(field.value(thing), field.kind), field.kind, style)
    return `${style.dim(headingOf(field).padEnd(label))}  ${text}`
  })
  return lines.join('\n')
}

/**
 * Widths that together fit: text gives way, the widest first, and never below 8; codes, amounts and times stay whole.
 * Nothing where that is not enough.
 */
export function fitWidths(
  natural: readonly number[],
  mayShrink: readonly boolean[],
  width?: number,
): number[] | undefined {
  const widths = [...natural]
  if (width === undefined) return widths
  let excess = widths.reduce((sum, one) => sum + one + GAP, 0) - GAP - width
  while (excess > 0) {
    const widest = Math.max(0, ...widths.filter((one, at) => mayShrink[at] && one > NARROWEST))
    if (widest === 0) return undefined
    const at = widths.findIndex((one, index) => mayShrink[index] && one === widest)
    widths[at] = widest - 1
    excess--
  }
  return widths
}

const isText = ({ kind }: { kind?: CellKind }) => kind === undefined || kind === 'text'
const lengthOf = (text: string) => [...text].length
const withoutTrailingSpace = (text: string) => text.replace(/[ \t]+$/gm, '')

function colored(text: string, kind: CellKind | undefined, style: Style): string {
  return kind === 'status' ? statusColor(style, text)(text) : text
}
