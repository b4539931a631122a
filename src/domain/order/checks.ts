import { sql } from 'kysely'
import { type Check, checkOf, finalStates, inSql } from '../kernel/index.ts'
import { countedCheck } from '../ops/index.ts'
import { refundTransitions, wasReceived } from '../payment/index.ts'
import { reservingStates } from './transitions.ts'

// The maximum number of violations that one check of an invariant lists. There can be ten thousand, but a
// person needs only the first few.
const SHOWN = 10

/**
 * The SQL expression for the sum that the company paid towards refunds of payment `p`. It was not taken from
 * the order's own money. So the order's account still holds that much more, for the factory.
 */
const borneBefore = sql`coalesce((
  select sum(e.amount_idr) from refunds r join ledger_transactions t on t.key = 'refund:' || r.id || ':decided'
  join ledger_entries e on e.transaction_id = t.id and e.amount_idr > 0 join ledger_accounts a on a.id = e.account_id
  where r.payment_id = p.id and r.borne_by = 'company' and a.key = 'subsidy'), 0)`

/**
 * An SQL condition: a refund of order `o` was lost by a database restore and recorded again. Such an order
 * may have a status like `in_transit` although its buyer has the money back.
 */
const refundedBeforeRestore = sql`exists (
  select from payments p join refunds r on r.payment_id = p.id where p.order_id = o.id and r.key like 'adopted:%')`

/**
 * The SQL expression for the sum that order `o` gave back to the company. The company had paid this sum
 * towards a refund, and then the order ended without a sale. The result is 0 if the order's money was earned,
 * because the order's account is empty then.
 */
const borneBack = sql`coalesce((
  select sum(e.amount_idr) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id and e.amount_idr > 0
  where t.key = 'order:' || o.id || ':borne_back'
    and not exists (select from ledger_transactions t where t.key = 'order:' || o.id || ':earned')), 0)`

/** The SQL that selects the decided refunds of orders for this reason, as countedCheck wants them. */
const refundsOf = (reason: 'lost' | 'undeliverable') => sql`
  select split_part(r.key, ':', 2), r.code, r.amount_idr, 'user:' || p.user_id, null::text, null::text
  from refunds r left join payments p on p.id = r.payment_id
  where r.part_of is null and r.key like ${`order:%:${reason}`}`

/** The checks of the invariants about orders (numbers 2 and 5 in the list of laku's invariants). */
export const orderChecks: readonly Check[] = [
  checkOf(
    'an order has reserved stock exactly while it is marked so and waits in the warehouse',
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
        when o.allocated and o.status in ${inSql(reservingStates)} then i.quantity
        else 0 end
      limit ${SHOWN}`,
  ),
  checkOf(
    'the funds of an order equal its paid money less its refunds, until they are earned',
    sql<{ line: string }>`
      select format('%s (%s) holds %s, its payments say %s', o.code, o.status, f.held, f.due) as line
      from orders o cross join lateral (
        select coalesce((
            select b.balance_idr from ledger_accounts a join ledger_balances b on b.account_id = a.id
            where a.key = 'order-funds:' || o.id
          ), 0) as held,
          coalesce((
            select sum(p.amount_idr - p.returned_idr + ${borneBefore}) from payments p
            where p.order_id = o.id and ${wasReceived('p')}
              and not exists (select from ledger_transactions t where t.key = 'order:' || o.id || ':earned')
          ), 0) - ${borneBack} as due
      ) f
      where o.session_id is null and f.held <> f.due limit ${SHOWN}`,
  ),
  checkOf(
    'the payments of an order keep at most its price, and nothing once it is cancelled',
    sql<{ line: string }>`
      select format('%s is %s of %s, its payments keep %s', o.code, o.status, o.total_idr, f.kept) as line
      from orders o cross join lateral (
        select coalesce(sum(p.amount_idr - p.returned_idr), 0) as kept,
          exists (select from ledger_transactions t where t.key = 'order:' || o.id || ':earned') as earned
        from payments p where p.order_id = o.id and ${wasReceived('p')}
      ) f
      where o.session_id is null and case
        when o.status in ('pending_payment', 'cancelled') then f.kept <> 0
        when o.status in ('paid', 'processing', 'ready_for_pickup', 'on_hold', 'picked_up', 'in_transit', 'returning') then f.kept not between case when ${refundedBeforeRestore} then 0 else 1 end and o.total_idr
        when o.status in ('delivered', 'completed', 'return_requested') then not f.earned or f.kept > o.total_idr
        else f.kept > o.total_idr end
      limit ${SHOWN}`,
  ),
  checkOf(
    "an order's goods are its items, and what was paid for it is its own buyer's",
    sql<{ line: string }>`
      (select format('%s says goods of %s, its items %s', o.code, o.goods_idr, coalesce(i.goods_idr, 0)) as line
      from orders o left join (select order_id, sum(total_idr) as goods_idr from order_items group by order_id) i on i.order_id = o.id
      where o.goods_idr <> coalesce(i.goods_idr, 0) limit ${SHOWN})
      union all
      (select format('%s was paid by %s, its order %s is %s', p.code, p.user_id, coalesce(o.code, 'is gone and'), coalesce('of ' || o.user_id, 'nobody''s'))
      from payments p left join orders o on o.id = p.order_id
      where p.order_id is not null and o.user_id is distinct from p.user_id limit ${SHOWN})`,
  ),
  checkOf(
    'an order item never returns more money than it brought, nor more pieces than were sold',
    sql<{ line: string }>`
      select format('item %s of %s: %s of its %s pieces came back; its factory is left with %s, the commission with %s', i.id, o.code,
        coalesce(b.pieces, 0), i.quantity, coalesce(e.factory_idr, 0), coalesce(e.commission_idr, 0)) as line
      from order_items i join orders o on o.id = i.order_id
      left join (
        select r.order_item_id, sum(r.quantity) as pieces
        from order_return_items r join order_returns t on t.id = r.return_id where t.status = 'accepted' group by 1
      ) b on b.order_item_id = i.id
      left join (
        select e.order_item_id, -sum(e.amount_idr) filter (where a.key like 'factory:%') as factory_idr,
          -sum(e.amount_idr) filter (where a.key = 'commission') as commission_idr
        from ledger_entries e
        join ledger_transactions t on t.id = e.transaction_id and t.kind in ('escrow.released', 'order.earned', 'refund.decided', 'order.taken_back')
        join ledger_accounts a on a.id = e.account_id
        where e.order_item_id is not null group by 1
      ) e on e.order_item_id = i.id
      where coalesce(b.pieces, 0) > i.quantity or coalesce(e.factory_idr, 0) < 0 or coalesce(e.commission_idr, 0) < 0
      limit ${SHOWN}`,
  ),
  checkOf(
    'an order is in return_requested while a return is open, and a refunded order has no refund under way',
    sql<{ line: string }>`
      select format('%s is %s, open returns: %s, refunds under way: %s', o.code, o.status, f.open, f.under_way) as line
      from orders o cross join lateral (
        select (select count(*) from order_returns t where t.order_id = o.id and t.status = 'requested') as open,
          (select count(*) from refunds r join payments p on p.id = r.payment_id
            where (p.order_id = o.id or p.participant_id = o.participant_id) and r.quarantine_id is null
              -- What staff give besides, and the money of an earlier invoice that came after all, are beside it.
              and not starts_with(r.key, 'manual:') and not starts_with(r.key, 'late:')
              and r.status not in ${inSql(finalStates(refundTransitions))}) as under_way
      ) f
      where (o.status = 'return_requested') <> (f.open > 0) or (o.status = 'refunded' and f.under_way > 0) limit ${SHOWN}`,
  ),
  countedCheck({
    name: 'every accepted return is counted in the limits, and every count has one',
    kinds: ['return'],
    rows: sql`select id::text from order_returns`,
    subject: 'return',
    decided: sql`
      select t.id::text, 'the return ' || t.id, t.refund_idr, 'user:' || t.user_id, t.decided_by, null::text from order_returns t
      where t.status = 'accepted' and t.refund_idr > 0`,
  }),
  countedCheck({
    name: 'every refund of a failed order is counted in the limits, and every count has an order',
    kinds: ['order_failed'],
    rows: sql`select id::text from orders`,
    subject: 'order',
    decided: refundsOf('lost'),
  }),
  countedCheck({
    name: 'every refund of an order that came back is counted in the limits, and every count has an order',
    kinds: ['undeliverable'],
    rows: sql`select id::text from orders`,
    subject: 'order',
    decided: refundsOf('undeliverable'),
  }),
]
