import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** How a person is taken out of the tables of this room. */
export const wayInPersonalData: readonly PersonalTable[] = [
  {
    table: 'way_changes',
    columns: [],
    erase: ({ userId }) =>
      sql`delete from way_changes where subject_kind = 'user' and subject_id = ${userId}`,
  },
  {
    // Nobody can read any more what the audit log kept sealed of them.
    table: 'way_keys',
    columns: [],
    erase: ({ userId }) => sql`delete from way_keys where subject_kind = 'user' and subject_id = ${userId}`,
  },
]
