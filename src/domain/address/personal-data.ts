import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The personal data in the table of addresses, and how a person is erased from it. */
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
