import { type Block, type DrawOptions, drawTable, type FieldsBlock, type TableBlock } from '../client/view.ts'
import { type Cell, type CellKind, formatCell } from './format.ts'

/** One column of a list, or one field of an object that a `show` command prints. */
export interface Column<Row> {
  /** The column's name in the JSON, with the unit last: `total_idr`. */
  name: string
  /** The heading for people; by default made from the name. */
  heading?: string
  kind?: CellKind
  /**
   * True if the table may leave out this column on a narrow terminal. If a table has several such columns,
   * the last one is left out first.
   */
  spare?: boolean
  value: (row: Row) => Cell
}

/**
 * Returns a column's heading: `total_idr` becomes "total", `joined_at` "joined (WIB)". The endings `_idr` and
 * `_at` are dropped, because amounts and times show their unit in another way.
 */
export function headingOf<Row>({ name, heading, kind }: Column<Row>): string {
  const words = heading ?? name.replace(/_(idr|at)$/, '').replaceAll('_', ' ')
  return kind === 'time' ? `${words} (WIB)` : words
}

const headOf = <Row>(columns: readonly Column<Row>[]) =>
  columns.map((column) => ({
    heading: headingOf(column),
    ...(column.kind && { kind: column.kind }),
    ...(column.spare && { spare: true }),
  }))

const cellsOf = <Row>(columns: readonly Column<Row>[], row: Row) =>
  columns.map((column) => formatCell(column.value(row), column.kind))

/** Returns rows as a table for the command's output. */
export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  title?: string,
): TableBlock {
  const table = { head: headOf(columns), rows: rows.map((row) => cellsOf(columns, row)) }
  return title === undefined ? table : { title, ...table }
}

/** Returns the fields of one object for the command's output, each with its heading. */
export function fieldsOf<T>(fields: readonly Column<T>[], thing: T): FieldsBlock {
  return { head: headOf(fields), fields: cellsOf(fields, thing) }
}

/** Draws rows in columns that fit the terminal. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: DrawOptions,
): string {
  return drawTable(tableOf(columns, rows), options)
}

export type { Block, DrawOptions }
