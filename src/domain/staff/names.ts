import { type RawBuilder, sql } from 'kysely'

/** The name of the member of staff whose id is the text `person`, or `person` itself. */
export const nameOfPerson = (person: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`coalesce((select name from staff where id::text = ${person}), ${person})`
