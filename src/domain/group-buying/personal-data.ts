import { sql } from 'kysely'
import { placeless } from '../address/index.ts'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of group buying that hold personal data, and how a person's data is erased from each. */
export const groupBuyingPersonalData: readonly PersonalTable[] = [
  {
    table: 'group_participants',
    columns: ['address'],
    erase: ({ userId }) =>
      sql`update group_participants set address = ${placeless} where user_id = ${userId}`,
  },
]
