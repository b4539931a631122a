import { sql } from 'kysely'
import { placeless } from '../address/index.ts'
import type { PersonalTable } from '../kernel/index.ts'

/** How a person is taken out of the tables of this room. */
export const groupBuyingPersonalData: readonly PersonalTable[] = [
  {
    table: 'group_participants',
    columns: ['address'],
    erase: ({ userId }) =>
      sql`update group_participants set address = ${placeless} where user_id = ${userId}`,
  },
]
