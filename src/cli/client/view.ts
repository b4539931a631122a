import CliTable from 'cli-table3'
import { type Style, statusColor } from '../output/style.ts'

/**
 * The kind of a value, which decides how people see it: money as rupiah, instants in Jakarta time, everything
 * else unchanged.
 */
export type CellKind = 'text' | 'code' | 'number' | 'idr' | 'time' | 'status'

/** The heading of a table's column, or of one field of an object that a `show` command prints. */
export interface Head {
  heading: string
  kind?: CellKind
  /**
   * True if the table may leave out this column on a narrow terminal. If a table has several such columns,
   * the last one is left out first.
   */
  spare?: boolean
}

/** A table for people: rows in columns, whose cells are formatted already. */
export interface TableBlock {
  title?: string
  head: readonly Head[]
  rows: readonly (readonly string[])[]
}

/** The fields of one object that a `show` command prints, formatted for people. */
export interface FieldsBlock {
  head: readonly Head[]
  fields: readonly string[]
}

/** A part of an answer for people; an empty line separates two parts. */
export type Block = string | TableBlock | FieldsBlock

export interface DrawOptions {
  /** The terminal's width; without a terminal, lines are as long as they need to be. */
  width?: number | undefined
  style: Style
}

const GAP = 2
const NARROWEST = 8
/**
 * The width (characters) that a text column needs to be easy to read. If a text column would become narrower
 * than this, the table first leaves out columns that it does not need (`spare`).
 */
const READABLE = 16

// The table has no lines between its cells, so that people can copy the text of a row as it is.
const borderless = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((end) => [`${side}${end}`, '']),
  ),
)

export function drawView(blocks: readonly Block[], options: DrawOptions): string {
  return blocks.map((block) => drawBlock(block, options)).join('\n\n')
}

function drawBlock(block: Block, options: DrawOptions): string {
  if (typeof block === 'string') return block
  if ('fields' in block) return drawFields(block.head, block.fields, options.style)
  const table = drawTable(block, options)
  return block.title === undefined ? table : `${options.style.bold(block.title)}\n${table}`
}

/**
 * Draws rows in columns that fit the terminal. If necessary, leaves out the columns marked `spare`. If the
 * table still does not fit, draws each row as a block of fields.
 */
export function drawTable({ head, rows }: TableBlock, options: DrawOptions): string {
  const natural = head.map(({ heading }, at) =>
    Math.max(heading.length, ...rows.map((line) => lengthOf(line[at] ?? ''))),
  )
  const fit = columnsThatFit(head, natural, options.width)
  if (!fit) return rows.map((row) => drawFields(head, row, options.style)).join('\n\n')
  const shown = head.filter((_, at) => fit.widths[at] !== undefined)
  const table = new CliTable({
    head: shown.map((column) => options.style.bold(column.heading)),
    chars: borderless,
    colWidths: fit.widths.flatMap((width) => (width === undefined ? [] : [width + GAP])),
    colAligns: shown.map(({ kind }) => (kind === 'idr' || kind === 'number' ? 'right' : 'left')),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
  })
  for (const line of rows) {
    const texts = line.filter((_, at) => fit.widths[at] !== undefined)
    table.push(texts.map((text, at) => colored(text, shown[at]?.kind, options.style)))
  }
  const text = withoutTrailingSpace(table.toString())
  if (fit.left.length === 0) return text
  const names = fit.left.map(({ heading }) => heading.replace(' (WIB)', '')).join(', ')
  return `${text}\n${options.style.dim(`Left out for width: ${names}. --json has all.`)}`
}

/**
 * Returns the width of each column that the table keeps, and the columns that were left out. Returns
 * undefined if no table fits.
 */
function columnsThatFit(
  head: readonly Head[],
  natural: readonly number[],
  width: number | undefined,
): { widths: (number | undefined)[]; left: Head[] } | undefined {
  const spare = head.filter((column) => column.spare).toReversed()
  for (let gone = 0; gone <= spare.length; gone++) {
    const left = spare.slice(0, gone)
    const stay = head.flatMap((column, at) => (left.includes(column) ? [] : [at]))
    const widths = fitWidths(
      stay.map((at) => natural[at] as number),
      stay.map((at) => isText(head[at] as Head)),
      width,
      gone < spare.length ? READABLE : NARROWEST,
    )
    if (widths) return { widths: head.map((_, at) => widths[stay.indexOf(at)]), left: left.toReversed() }
  }
  return undefined
}

/** Draws the fields of one object, each on a line of its own. */
export function drawFields(head: readonly Head[], fields: readonly string[], style: Style): string {
  const label = Math.max(...head.map(({ heading }) => heading.length))
  const lines = head.map(({ heading, kind }, at) => {
    return `${style.dim(heading.padEnd(label))}  ${colored(fields[at] ?? '', kind, style)}`
  })
  return lines.join('\n')
}

/**
 * Returns column widths that together fit the terminal. The widest text column shrinks first. No column
 * becomes narrower than the narrowest allowed width. Codes, amounts and times stay whole. Returns undefined
 * if the columns still do not fit.
 */
export function fitWidths(
  natural: readonly number[],
  mayShrink: readonly boolean[],
  width?: number,
  narrowest = NARROWEST,
): number[] | undefined {
  const widths = [...natural]
  if (width === undefined) return widths
  let excess = widths.reduce((sum, width) => sum + width + GAP, 0) - GAP - width
  while (excess > 0) {
    const widest = Math.max(0, ...widths.filter((width, at) => mayShrink[at] && width > narrowest))
    if (widest === 0) return undefined
    const at = widths.findIndex((width, index) => mayShrink[index] && width === widest)
    widths[at] = widest - 1
    excess--
  }
  return widths
}

const isText = ({ kind }: Head) => kind === undefined || kind === 'text'
const lengthOf = (text: string) => [...text].length
const withoutTrailingSpace = (text: string) => text.replace(/[ \t]+$/gm, '')

function colored(text: string, kind: CellKind | undefined, style: Style): string {
  return kind === 'status' ? statusColor(style, text)(text) : text
}
