import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of the payment domain that hold personal data, and how a person's data is erased from each. */
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
