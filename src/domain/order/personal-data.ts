import { sql } from 'kysely'
import { placeless } from '../address/index.ts'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of orders that hold personal data, and how a person's data is erased from each. */
export const orderPersonalData: readonly PersonalTable[] = [
  {
    table: 'orders',
    columns: ['address', 'waybill', 'tracking_url'],
    erase: ({ userId }) => sql`
      update orders set address = ${placeless}, waybill = null, tracking_url = null where user_id = ${userId}`,
  },
  {
    table: 'order_returns',
    columns: ['note', 'photos', 'decision_note'],
    erase: ({ userId }) => sql`
      update order_returns set note = null, photos = '[]', decision_note = null where user_id = ${userId}`,
  },
]
