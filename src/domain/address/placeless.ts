import { sql } from 'kysely'

/** The address of a past parcel without the person: city, province and postcode stay, which name nobody. */
export const placeless = sql`jsonb_build_object('recipientName', '', 'phone', '', 'street', '', 'district', '',
  'city', address ->> 'city', 'province', address ->> 'province', 'postalCode', address ->> 'postalCode')`
