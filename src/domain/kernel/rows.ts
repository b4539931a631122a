import { type Insertable, type RawBuilder, sql } from 'kysely'
import type { DB } from './schema.ts'
import type { Tx } from './work.ts'

type Table = keyof DB & string

// A cache of column names in snake_case. It saves time, because the rows of a batch all have the same few
// names. A lookup takes a tenth of the time of a conversion.
const snakes = new Map<string, string>()

function snake(name: string): string {
  let known = snakes.get(name)
  if (known === undefined) {
    known = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    snakes.set(name, known)
  }
  return known
}

function columnsOf(row: object): string[] {
  return Object.keys(row)
}

/**
 * Returns rows as one JSON parameter, with the column names in snake_case, for `jsonb_populate_recordset` and
 * `jsonb_to_recordset`.
 */
export function asRecords(rows: readonly object[]): string {
  return JSON.stringify(
    rows.map((row) => {
      const record: Record<string, unknown> = {}
      for (const [key, value] of Object.entries(row)) record[snake(key)] = value
      return record
    }),
  )
}

/**
 * Inserts any number of rows in one statement with one parameter. All rows must have the same fields. With
 * `onConflictDoNothing`, existing rows are left unchanged, and only the ids of the new rows are returned.
 */
export async function insertRows<T extends Table>(
  tx: Tx,
  table: T,
  rows: readonly Insertable<DB[T]>[],
  options: { onConflictDoNothing?: boolean; returning?: string } = {},
): Promise<string[]> {
  if (rows.length === 0) return []
  const names = columnsOf(rows[0] as object).map(snake)
  const columns = sql.join(names.map((name) => sql.ref(name)))
  const conflict: RawBuilder<unknown> = options.onConflictDoNothing ? sql`on conflict do nothing` : sql``
  const returning: RawBuilder<unknown> = options.returning
    ? sql`returning ${sql.ref(options.returning)} as returned`
    : sql``
  const result = await sql<{ returned: string }>`
    insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${asRecords(rows as object[])}::jsonb)
    ${conflict} ${returning}`.execute(tx)
  return result.rows.map((row) => row.returned)
}
