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
  /** A narrow terminal does without it, the last of a table first. */
  spare?: boolean
  value: (row: Row) => Cell
}

const GAP = 2
const NARROWEST = 8
/** Text is cut down to this before a spare column leaves. */
const READABLE = 16

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

/** Rows in columns that fit the terminal, without the spare ones where they must; each row as a block of fields where they cannot. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions,
): string {
  const cells = rows.map((row) => columns.map((column) => formatCell(column.value(row), column.kind)))
  const natural = columns.map((column, at) =>
    Math.max(headingOf(column).length, ...cells.map((line) => lengthOf(line[at] ?? ''))),
  )
  const fit = columnsThatFit(columns, natural, options.width)
  if (!fit) return rows.map((row) => renderFields(columns, row, options.style)).join('\n\n')
  const shown = columns.filter((_, at) => fit.widths[at] !== undefined)
  const table = new CliTable({
    head: shown.map((column) => options.style.bold(headingOf(column))),
    chars: borderless,
    colWidths: fit.widths.flatMap((width) => (width === undefined ? [] : [width + GAP])),
    colAligns: shown.map(({ kind }) => (kind === 'idr' || kind === 'number' ? 'right' : 'left')),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
  })
  for (const line of cells) {
    const texts = line.filter((_, at) => fit.widths[at] !== undefined)
    table.push(texts.map((text, at) => colored(text, shown[at]?.kind, options.style)))
  }
  const text = withoutTrailingSpace(table.toString())
  if (fit.left.length === 0) return text
  const names = fit.left.map((column) => headingOf(column).replace(' (WIB)', '')).join(', ')
  return `${text}\n${options.style.dim(`Left out for width: ${names}. --json has all.`)}`
}

/** A width for each column that stands in the table, and the spare ones that left it. Nothing where no table fits. */
function columnsThatFit<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  width: number | undefined,
): { widths: (number | undefined)[]; left: Column<Row>[] } | undefined {
  const spare = columns.filter((column) => column.spare).toReversed()
  for (let gone = 0; gone <= spare.length; gone++) {
    const left = spare.slice(0, gone)
    const stay = columns.flatMap((column, at) => (left.includes(column) ? [] : [at]))
    const widths = fitWidths(
      stay.map((at) => natural[at] as number),
      stay.map((at) => isText(columns[at] as Column<Row>)),
      width,
      gone < spare.length ? READABLE : NARROWEST,
    )
    if (widths) return { widths: columns.map((_, at) => widths[stay.indexOf(at)]), left: left.toReversed() }
  }
  return undefined
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
 * Widths that together fit: text gives way, the widest first, and never below the narrowest; codes, amounts and times stay
 * whole. Nothing where that is not enough.
 */
export function fitWidths(
  natural: readonly number[],
  mayShrink: readonly boolean[],
  width?: number,
  narrowest = NARROWEST,
): number[] | undefined {
  const widths = [...natural]
  if (width === undefined) return widths
  let excess = widths.reduce((sum, one) => sum + one + GAP, 0) - GAP - width
  while (excess > 0) {
    const widest = Math.max(0, ...widths.filter((one, at) => mayShrink[at] && one > narrowest))
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
