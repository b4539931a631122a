import { sql } from 'kysely'

/** The column `address` of a past parcel keeps city and postcode, which name nobody. */
export const placeless = sql`jsonb_build_object('recipientName', '', 'phone', '', 'street', '', 'district', '',
  'city', address ->> 'city', 'province', address ->> 'province', 'postalCode', address ->> 'postalCode')`
