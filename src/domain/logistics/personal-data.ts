import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The tables of logistics that hold personal data, and how a person's data is erased from each. */
export const logisticsPersonalData: readonly PersonalTable[] = [
  {
    table: 'shipments',
    columns: ['tracking_id', 'waybill', 'tracking_url'],
    erase: ({ userId }) => sql`
      update shipments set tracking_id = null, waybill = null, tracking_url = null
      where user_id = ${userId}`,
  },
  {
    table: 'shipment_events',
    columns: ['note'],
    erase: ({ userId }) => sql`
      update shipment_events set note = null
      where shipment_id in (select id from shipments where user_id = ${userId})`,
  },
]
