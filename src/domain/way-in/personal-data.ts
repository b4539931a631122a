import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/**
 * The tables with personal data about changes of login contacts, and how a user's rows are erased from them.
 */
export const wayInPersonalData: readonly PersonalTable[] = [
  {
    table: 'way_changes',
    columns: [],
    erase: ({ userId }) =>
      sql`delete from way_changes where subject_kind = 'user' and subject_id = ${userId}`,
  },
  {
    // The user's encryption key is deleted here. So nobody can ever decrypt the user's values in the audit
    // log again.
    table: 'way_keys',
    columns: [],
    erase: ({ userId }) => sql`delete from way_keys where subject_kind = 'user' and subject_id = ${userId}`,
  },
]
