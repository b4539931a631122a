import { type RawBuilder, sql } from 'kysely'
import type { Check } from '../kernel/index.ts'

// A broken invariant can be broken ten thousand times; a person needs the first few.
const SHOWN = 10

const check = (name: string, query: RawBuilder<{ line: string }>): Check => ({
  name,
  violations: async (tx) => (await query.execute(tx)).rows.map((row) => row.line),
})

/** What is always true of orders (the design's list, numbers 2 and 5). */
export const orderChecks: readonly Check[] = [
  check(
    "an order's stock is reserved while it says so and waits in the warehouse, and only then",
    sql<{ line: string }>`
      select format('%s is %s, allocated: %s; it has %s of %s pieces reserved', o.code, o.status, o.allocated,
        coalesce(r.quantity, 0), i.quantity) as line
      from orders o
      join (select order_id, sum(quantity) as quantity from order_items group by order_id) i on i.order_id = o.id
      left join (
        select subject_id, sum(quantity) as quantity from stock_reservations
        where status = 'open' and subject_kind = 'order' group by subject_id
      ) r on r.subject_id = o.id
      where coalesce(r.quantity, 0) <> case
        when o.allocated and o.status in ('pending_payment', 'paid', 'processing', 'ready_for_pickup', 'on_hold') then i.quantity
        else 0 end
      limit ${SHOWN}`,
  ),
  check(
    "an order's funds are what was paid for it, less what goes back, until they are earned",
    sql<{ line: string }>`
      select format('%s (%s) holds %s, its payments say %s', o.code, o.status, f.held, f.due) as line
      from orders o cross join lateral (
        select coalesce((
            select b.balance_idr from ledger_accounts a join ledger_balances b on b.account_id = a.id
            where a.key = 'order-funds:' || o.id
          ), 0) as held,
          coalesce((
            select sum(p.amount_idr - p.returned_idr) from payments p
            where p.order_id = o.id and p.status in ('paid', 'partially_refunded', 'refunded')
              and not exists (select from ledger_transactions t where t.key = 'order:' || o.id || ':earned')
          ), 0) as due
      ) f
      where o.session_id is null and f.held <> f.due limit ${SHOWN}`,
  ),
  check(
    'what payments keep for an order is its price until it is earned, never more, and nothing once it is cancelled',
    sql<{ line: string }>`
      select format('%s is %s of %s, its payments keep %s', o.code, o.status, o.total_idr, f.kept) as line
      from orders o cross join lateral (
        select coalesce(sum(p.amount_idr - p.returned_idr), 0) as kept,
          exists (select from ledger_transactions t where t.key = 'order:' || o.id || ':earned') as earned
        from payments p where p.order_id = o.id and p.status in ('paid', 'partially_refunded', 'refunded')
      ) f
      where o.session_id is null and case
        when o.status in ('pending_payment', 'cancelled') then f.kept <> 0
        when o.status in ('paid', 'processing', 'ready_for_pickup', 'on_hold', 'picked_up', 'in_transit', 'returning') then f.kept not between 1 and o.total_idr
        when o.status in ('delivered', 'completed', 'return_requested') then not f.earned or f.kept > o.total_idr
        else f.kept > o.total_idr end
      limit ${SHOWN}`,
  ),
]
