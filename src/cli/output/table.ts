import { type Block, type DrawOptions, drawTable, type FieldsBlock, type TableBlock } from '../client/view.ts'
import { type Cell, type CellKind, formatCell } from './format.ts'

/** One column of a list, or one field of a thing. */
export interface Column<Row> {
  /** The name as in the JSON, units last: `total_idr`. */
  name: string
  /** For people; else made from the name. */
  heading?: string
  kind?: CellKind
  /** A narrow terminal does without it, the last of a table first. */
  spare?: boolean
  value: (row: Row) => Cell
}

/**
 * Returns a column's heading: `total_idr` becomes "total", `joined_at` "joined (WIB)". Amounts and times show
 * their unit in another way.
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

/** Rows as a part of an answer for people. */
export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  title?: string,
): TableBlock {
  const table = { head: headOf(columns), rows: rows.map((row) => cellsOf(columns, row)) }
  return title === undefined ? table : { title, ...table }
}

/** Returns one thing as a part of an answer for people. */
export function fieldsOf<T>(fields: readonly Column<T>[], thing: T): FieldsBlock {
  return { head: headOf(fields), fields: cellsOf(fields, thing) }
}

/** Rows in columns that fit the terminal. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: DrawOptions,
): string {
  return drawTable(tableOf(columns, rows), options)
}

export type { Block, DrawOptions }
