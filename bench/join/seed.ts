import type pg from 'pg'
import { accessToken } from '../../test/access-token.ts'

export const JWT_SECRET = 'benchmark-jwt-secret-of-more-than-32-characters'
export const SESSIONS = 1_000

export interface Seed {
  variantId: string
  hotSessionId: string
  sessionIds: string[]
  buyers: { userId: string; addressId: string; token: string }[]
}

/**
 * Creates a shop with this number of buyers, one hot session and a thousand other sessions. It is written in
 * raw SQL, because creating it is not part of the measurement.
 */
export async function seedShop(pool: pg.Pool, buyers: number, originPostalCode: string): Promise<Seed> {
  const { rows: made } = await pool.query<{ variant: string; product: string; factory: string }>(`
    with f as (insert into factories (id, name, phone, city, province, postal_code, verification, status, commission_bps, created_at, updated_at)
        values (gen_random_uuid(), 'Pabrik', '+628111111111', 'Bandung', 'Jawa Barat', '40111', 'verified', 'active', 500, now(), now()) returning id),
      p as (insert into products (id, factory_id, name, status, created_at, updated_at)
        select gen_random_uuid(), id, 'Kaos', 'active', now(), now() from f returning id),
      v as (insert into product_variants (id, product_id, sku, name, weight_g, price_idr, created_at)
        select gen_random_uuid(), id, 'KAOS-M', 'M', 250, 60000, now() from p returning id)
    select v.id as variant, p.id as product, f.id as factory from v, p, f`)
  const { variant, product, factory } = made[0] as { variant: string; product: string; factory: string }
  const { rows: sessions } = await pool.query<{ id: string }>(
    `with s as (insert into group_buying_sessions
        (id, code, product_id, factory_id, status, moq, capacity, commission_bps, starts_at, ends_at, created_at, updated_at)
      select gen_random_uuid(), 'GBS-BENCH-' || i, $1, $2, 'forming', 1000000, 1000000, 500, now(), now() + interval '1 day', now(), now()
      from generate_series(0, ${SESSIONS}) i returning id),
     t as (insert into session_tiers (session_id, min_units, unit_price_idr) select id, 1, 50000 from s returning session_id),
     v as (insert into session_tier_prices (session_id, min_units, variant_id, unit_price_idr) select session_id, 1, $3, 50000 from t)
     select id from s`,
    [product, factory, variant],
  )
  await pool.query(
    `insert into shipping_rates (origin_postal_code, destination_postal_code, weight_kg, company, type, service, price_idr, duration, expires_at)
     values ($1, '12190', 1, 'jne', 'reg', 'REG', 10000, '2 - 3 days', now() + interval '1 day')`,
    [originPostalCode],
  )
  const { rows: people } = await pool.query<{ userId: string; addressId: string }>(
    `with u as (insert into users (id, phone, name, created_at, updated_at)
        select gen_random_uuid(), '+62812' || lpad(i::text, 8, '0'), 'Buyer ' || i, now(), now() from generate_series(1, $1::int) i returning id),
      a as (insert into addresses (id, user_id, label, recipient_name, phone, street, district, city, province, postal_code, is_default, created_at)
        select gen_random_uuid(), id, 'Rumah', 'Buyer', '+628120000000', 'Jl. Sudirman 1', 'Kebayoran Baru', 'Jakarta Selatan', 'DKI Jakarta', '12190', true, now()
        from u returning id, user_id)
     select user_id as "userId", id as "addressId" from a`,
    [buyers],
  )
  // Only tables with rows are analyzed. Statistics of an empty table would make the checks of foreign keys
  // scan the whole table while it fills.
  await pool.query(
    'vacuum analyze users, addresses, group_buying_sessions, session_tiers, session_tier_prices, product_variants, shipping_rates',
  )
  const [hot, ...others] = sessions.map((row) => row.id)
  return {
    variantId: variant,
    hotSessionId: hot as string,
    sessionIds: others,
    buyers: people.map((person) => ({ ...person, token: accessToken(JWT_SECRET, person.userId) })),
  }
}
