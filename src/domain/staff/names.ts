import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../kernel/index.ts'

/**
 * Returns SQL for the name of the staff member whose id is the text `person`; the text itself if no staff
 * member has that id.
 */
export const nameOfPerson = (person: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`coalesce((select name from staff where id::text = ${person}), ${person})`

/**
 * Returns the ids of the staff members whom the audit log names so (`staff:budi`), also after a change of a
 * name. Names of programs have no id and are left out.
 */
export async function idsOfPeople(tx: Tx, labels: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct named.id::text as id from unnest(${[...labels]}::text[]) label, staff_named(label) named(id)
    where named.id is not null order by 1`.execute(tx)
  return rows.map(({ id }) => id)
}
