import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../kernel/index.ts'

/**
 * Returns SQL for the name of the staff member whose id is the text `person`; the text itself if no staff
 * member has that id.
 */
export const nameOfPerson = (person: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`coalesce((select name from staff where id::text = ${person}), ${person})`

/**
 * Returns the id of the staff member whom the audit log names so (`staff:budi`), also after a change of the
 * name; null if the log names a program.
 */
export async function idOfPerson(tx: Tx, label: string): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`select staff_named(${label}) as id`.execute(tx)
  return rows[0]?.id ?? null
}
