import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of suspense that hold personal data, and how a person's data is erased from each. */
export const suspensePersonalData: readonly PersonalTable[] = [
  {
    table: 'suspense_items',
    columns: ['bank_channel', 'bank_number', 'sent_channel', 'sent_number'],
    erase: ({ userId }) => sql`
      update suspense_items set bank_channel = null, bank_number = null, sent_channel = null, sent_number = null
      where user_id = ${userId} or status = 'wallet' and asked ->> 'userId' = ${userId}`,
  },
]
