import { type RawBuilder, sql } from 'kysely'

/**
 * Returns SQL for the name of the staff member whose id is the text `person`; the text itself if no staff
 * member has that id.
 */
export const nameOfPerson = (person: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`coalesce((select name from staff where id::text = ${person}), ${person})`
