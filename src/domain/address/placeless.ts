import { sql } from 'kysely'

/**
 * The stored address of a past parcel without the personal data: only city, province and postal code stay,
 * which identify nobody.
 */
export const placeless = sql`jsonb_build_object('recipientName', '', 'phone', '', 'street', '', 'district', '',
  'city', address ->> 'city', 'province', address ->> 'province', 'postalCode', address ->> 'postalCode')`
