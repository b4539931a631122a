import { sql } from 'kysely'
import type { PersonalTable } from './personal-data.ts'

/** The tables of the kernel that hold personal data, and how a person's data is erased from each. */
export const kernelPersonalData: readonly PersonalTable[] = [
  {
    table: 'idempotency_keys',
    columns: ['response'],
    // The idempotency keys of an erased customer are deleted, because nobody can send them any more.
    erase: ({ userId }) => sql`delete from idempotency_keys where scope = ${`customer:${userId}`}`,
  },
]
