import { sql } from 'kysely'
import type { PersonalTable } from './personal-data.ts'

/** How a person is taken out of the tables of this room. */
export const kernelPersonalData: readonly PersonalTable[] = [
  {
    table: 'idempotency_keys',
    columns: ['response'],
    // Nobody can send these keys any more.
    erase: ({ userId }) => sql`delete from idempotency_keys where scope = ${`customer:${userId}`}`,
  },
]
