import { sql } from 'kysely'
import { type Check, checkOf } from '../kernel/index.ts'

// The maximum number of rows that one check of the stock lists. A mistake may affect ten thousand rows, but a
// person needs only the first few.
const SHOWN = 10

const moved = sql`(
  select variant_id, sum(on_hand_change) as on_hand, sum(reserved_change) as reserved from stock_movements group by variant_id)`

/** The checks that the stock, its reservations and its movements agree with one another. */
export const warehouseChecks: readonly Check[] = [
  checkOf(
    'the reserved stock equals the sum of the open reservations',
    sql<{ line: string }>`
      select format('%s has %s reserved, its open reservations say %s', v.sku, coalesce(i.reserved, 0), coalesce(r.open, 0)) as line
      from product_variants v left join warehouse_inventory i on i.variant_id = v.id
      left join (select variant_id, sum(quantity) as open from stock_reservations where status = 'open' group by variant_id) r
        on r.variant_id = v.id
      where coalesce(i.reserved, 0) <> coalesce(r.open, 0) limit ${SHOWN}`,
  ),
  checkOf(
    'stock equals its movements',
    sql<{ line: string }>`
      select format('%s stands at %s, %s reserved; its movements say %s, %s', v.sku, coalesce(i.on_hand, 0),
        coalesce(i.reserved, 0), coalesce(m.on_hand, 0), coalesce(m.reserved, 0)) as line
      from product_variants v left join warehouse_inventory i on i.variant_id = v.id
      left join ${moved} m on m.variant_id = v.id
      where (coalesce(i.on_hand, 0), coalesce(i.reserved, 0)) is distinct from (coalesce(m.on_hand, 0), coalesce(m.reserved, 0))
      limit ${SHOWN}`,
  ),
  checkOf(
    'the status of a purchase order agrees with its received pieces',
    sql<{ line: string }>`
      select format('%s is %s, with %s pieces received, %s damaged, %s owed', o.code, o.status, c.received, c.damaged, c.owed) as line
      from warehouse_purchase_orders o cross join lateral (
        select coalesce(sum(received), 0) as received, coalesce(sum(damaged), 0) as damaged, sum(quantity - received) as owed
        from purchase_order_items where purchase_order_id = o.id
      ) c
      where not coalesce(case
        when o.status = 'partially_received' then c.received + c.damaged > 0 and c.owed > 0
        when o.status = 'received' then c.owed = 0
        when o.status = 'closed' then c.received + c.damaged > 0
        else c.received + c.damaged = 0 and c.owed > 0 end, false)
      limit ${SHOWN}`,
  ),
  checkOf(
    'the received pieces of purchase orders are in the stock movements',
    sql<{ line: string }>`
      select format('%s counts %s good and %s damaged of %s; its movements say %s and %s', o.code, i.received, i.damaged, i.variant_id,
        coalesce(m.good, 0), coalesce(m.damaged, 0)) as line
      from purchase_order_items i join warehouse_purchase_orders o on o.id = i.purchase_order_id
      left join (
        select subject_id, variant_id, sum(on_hand_change) as good,
          -sum(on_hand_change) filter (where kind = 'written_off') as damaged
        from stock_movements where subject_kind = 'purchase_order' group by subject_id, variant_id
      ) m on m.subject_id = o.id and m.variant_id = i.variant_id
      where (i.received, i.damaged) is distinct from (coalesce(m.good, 0), coalesce(m.damaged, 0)) limit ${SHOWN}`,
  ),
]
