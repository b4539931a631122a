import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** How a person is taken out of the tables of this room. */
export const paymentPersonalData: readonly PersonalTable[] = [
  {
    table: 'payments',
    columns: ['provider_invoice_url'],
    erase: ({ userId }) => sql`update payments set provider_invoice_url = null where user_id = ${userId}`,
  },
  {
    table: 'refunds',
    columns: ['note'],
    erase: ({ userId }) => sql`
      update refunds set note = null where payment_id in (select id from payments where user_id = ${userId})`,
  },
]
