import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** How a person is taken out of the tables of this room. */
export const addressPersonalData: readonly PersonalTable[] = [
  {
    table: 'addresses',
    columns: [
      'label',
      'recipient_name',
      'phone',
      'street',
      'district',
      'city',
      'province',
      'postal_code',
      'area_id',
    ],
    // No other table refers to an address: an order keeps a copy of its own.
    erase: ({ userId }) => sql`delete from addresses where user_id = ${userId}`,
  },
]
