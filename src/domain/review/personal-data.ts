import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of the review domain that hold personal data, and how a person's data is erased from each. */
export const reviewPersonalData: readonly PersonalTable[] = [
  {
    table: 'reviews',
    columns: ['body', 'photos', 'status_reason'],
    erase: ({ userId }) => sql`
      update reviews set body = null, photos = '[]', status_reason = null where user_id = ${userId}`,
  },
]
