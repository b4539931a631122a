import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** How a person is taken out of the tables of this room. */
export const reviewPersonalData: readonly PersonalTable[] = [
  {
    table: 'reviews',
    columns: ['body', 'photos', 'status_reason'],
    erase: ({ userId }) => sql`
      update reviews set body = null, photos = '[]', status_reason = null where user_id = ${userId}`,
  },
]
