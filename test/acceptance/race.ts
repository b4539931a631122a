import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSession, stockGoods } from '../../src/commands/demo/catalogue.ts'
import { Shop } from '../../src/commands/demo/shop.ts'
import { accessToken } from '../access-token.ts'

const BUYERS = 200
const UNITS_LEFT = 3
const JWT_SECRET = 'acceptance-jwt-secret-of-more-than-32-characters'

/**
 * Describes a test in which many buyers race over HTTP for the last units of a session, repeated this many
 * times.
 */
export function describeRace(rounds: number): void {
  describe('the last units of a session', () => {
    let shop: Shop
    let pool: pg.Pool
    beforeAll(async () => {
      shop = await Shop.open([], { JWT_SECRET })
      pool = new pg.Pool({ connectionString: shop.at.database_url, max: 1 })
    }, 60_000)
    afterAll(async () => {
      await pool.end()
      await shop.close()
    })

    it(`go to ${UNITS_LEFT} of ${BUYERS} buyers who race over HTTP, ${rounds} times`, async () => {
      const { rows: buyers } = await pool.query<{ user_id: string; address_id: string }>(
        `with u as (insert into users (id, phone, name, created_at, updated_at)
            select gen_random_uuid(), '+62813' || lpad(i::text, 8, '0'), 'Buyer', now(), now() from generate_series(1, ${BUYERS}) i returning id),
          a as (insert into addresses (id, user_id, label, recipient_name, phone, street, district, city, province, postal_code, is_default, created_at)
            select gen_random_uuid(), id, 'Rumah', 'Buyer', '+628130000000', 'Jl. Braga 1', 'Sumur Bandung', 'Bandung', 'Jawa Barat', '40111', true, now()
            from u returning id, user_id)
        select user_id, id as address_id from a`,
      )
      const goods = await stockGoods(shop, { name: 'Kaos', sku: 'RACE', priceIdr: 60_000, stock: 0 })
      for (let round = 0; round < rounds; round++) {
        const session = await openSession(shop, goods, {
          moq: UNITS_LEFT,
          capacity: UNITS_LEFT,
          unitPriceIdr: 50_000,
          endsInS: 600,
        })
        const join = async (buyer: (typeof buyers)[number]) => {
          const response = await fetch(`${shop.at.http}/api/group-sessions/${session.id}/join`, {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              authorization: `Bearer ${accessToken(JWT_SECRET, buyer.user_id)}`,
              'idempotency-key': randomUUID(),
            },
            body: JSON.stringify({
              items: [{ variant_id: goods.variantId, quantity: 1 }],
              address_id: buyer.address_id,
            }),
          })
          const { code } = (await response.json()) as { code?: string }
          return response.status === 201 ? 'joined' : `${response.status} ${code}`
        }
        const outcomes = await Promise.all(buyers.map(join))
        const counts = Object.fromEntries(
          [...Map.groupBy(outcomes, (outcome) => outcome)].map(([name, all]) => [name, all.length]),
        )
        expect(counts).toEqual({ joined: UNITS_LEFT, '409 group_buying.session_full': BUYERS - UNITS_LEFT })
        const { rows } = await pool.query(
          'select held_units, paid_units from group_buying_sessions where id = $1',
          [session.id],
        )
        expect(rows).toEqual([{ held_units: UNITS_LEFT, paid_units: 0 }])
      }
    }, 120_000)
  })
}
