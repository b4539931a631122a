import { type RawBuilder, sql } from 'kysely'
import type { Check } from '../kernel/index.ts'

// A broken invariant can be broken ten thousand times; a person needs the first few.
const SHOWN = 10

const check = (name: string, query: RawBuilder<{ line: string }>): Check => ({
  name,
  violations: async (tx) => (await query.execute(tx)).rows.map((row) => row.line),
})

const moved = sql`(
  select variant_id, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved from stock_movements group by variant_id)`

/** What is always true of the stock (the design's list, number 5). */
export const warehouseChecks: readonly Check[] = [
  check(
    'open reservations sum to what is reserved',
    sql<{ line: string }>`
      select format('%s has %s reserved, its open reservations say %s', v.sku, coalesce(i.reserved, 0), coalesce(r.open, 0)) as line
      from product_variants v left join warehouse_inventory i on i.variant_id = v.id
      left join (select variant_id, sum(quantity) as open from stock_reservations where status = 'open' group by variant_id) r
        on r.variant_id = v.id
      where coalesce(i.reserved, 0) <> coalesce(r.open, 0) limit ${SHOWN}`,
  ),
  check(
    'stock equals its movements',
    sql<{ line: string }>`
      select format('%s stands at %s, %s reserved; its movements say %s, %s', v.sku, coalesce(i.on_hand, 0),
        coalesce(i.reserved, 0), coalesce(m.on_hand, 0), coalesce(m.reserved, 0)) as line
      from product_variants v left join warehouse_inventory i on i.variant_id = v.id
      left join ${moved} m on m.variant_id = v.id
      where (coalesce(i.on_hand, 0), coalesce(i.reserved, 0)) is distinct from (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))
      limit ${SHOWN}`,
  ),
]
