import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables about changed login contacts that hold personal data, and how they are erased for a user. */
export const wayInPersonalData: readonly PersonalTable[] = [
  {
    table: 'way_changes',
    columns: [],
    erase: ({ userId }) =>
      sql`delete from way_changes where subject_kind = 'user' and subject_id = ${userId}`,
  },
  {
    // The deletion of the user's encryption key makes the user's encrypted values in the audit log unreadable
    // for ever.
    table: 'way_keys',
    columns: [],
    erase: ({ userId }) => sql`delete from way_keys where subject_kind = 'user' and subject_id = ${userId}`,
  },
]
