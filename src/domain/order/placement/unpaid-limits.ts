import { sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import { orderErrors } from '../errors.ts'
import type { AskedItem } from './lines.ts'

/** So long an unpaid order keeps its stock: less where its buyer never paid anything. */
export async function invoiceHours({ tx, policy }: Work, userId: string): Promise<number> {
  const { rows } = await sql`
    select from payments where user_id = ${userId} and paid_at is not null limit 1`.execute(tx)
  return rows.length > 0
    ? policy.orderInvoiceHours
    : Math.min(policy.orderInvoiceHours, policy.orderInvoiceHoursNew)
}

interface Unpaid {
  orders: number
  units: number
  ended: number
  most: { sku: string; units: number; mostUnits: number } | null
}

/**
 * Refuses an order where its buyer would hold too much stock by unpaid orders. The limit is over all their
 * orders: those that are there, the one that is opened again among them, and `asked`, what a new one would
 * take. It is asked before anything is written, and a buyer's orders are counted one at a time.
 * A second limit is on how often a day a buyer lets stock go, because a buyer who orders anew would hold
 * stock for ever.
 * @throws order.too_much_unpaid, with what is too much
 */
export async function requireRoomUnpaid(
  work: Work,
  userId: string,
  asked: readonly AskedItem[] = [],
): Promise<void> {
  const { unpaidOrders, unpaidOrderUnits, unpaidOrdersPerDay, unpaidShareBps, unpaidShareFloor } = work.policy
  const lock = sql`select pg_advisory_xact_lock(hashtextextended(${`unpaid orders ${userId}`}, 0))`
  const ids = asked.map(({ variantId }) => variantId)
  const quantities = asked.map(({ quantity }) => quantity)
  const count = sql<Unpaid>`
    with held as (
      select o.id, i.variant_id, i.sku, i.quantity from orders o join order_items i on i.order_id = o.id
      where o.user_id = ${userId} and o.status = 'pending_payment'
      union all
      select null, v.id, v.sku, a.quantity
      from unnest(${ids}::uuid[], ${quantities}::integer[]) as a(variant_id, quantity)
      join product_variants v on v.id = a.variant_id
    )
    select (select count(distinct id) from held)::int + ${asked.length > 0 ? 1 : 0} as orders,
      (select coalesce(sum(quantity), 0) from held)::int as units,
      (select count(*) from payments p where p.user_id = ${userId} and p.order_id is not null and p.paid_at is null
        and p.status in ('expired', 'failed') and p.created_at > ${secondsAfter(work.now, -86_400)})::int as ended,
      (select jsonb_build_object('sku', v.sku, 'units', v.units, 'mostUnits', v.most) from (
          select min(h.sku) as sku, sum(h.quantity) as units,
            greatest(${unpaidShareFloor}::int, w.on_hand::int8 * ${unpaidShareBps}::int / 10000) as most
          from held h join warehouse_inventory w on w.variant_id = h.variant_id group by w.variant_id, w.on_hand
        ) v where v.units > v.most limit 1) as most`
  // Sent together; the second sees what was committed before the first had its lock.
  const [, { rows }] = await Promise.all([lock.execute(work.tx), count.execute(work.tx)])
  const { orders = 0, units = 0, ended = 0, most = null } = rows[0] ?? {}
  if (orders > unpaidOrders) throw orderErrors.too_much_unpaid({ orders, mostOrders: unpaidOrders })
  if (units > unpaidOrderUnits) throw orderErrors.too_much_unpaid({ units, mostUnits: unpaidOrderUnits })
  if (most) throw orderErrors.too_much_unpaid(most)
  if (ended >= unpaidOrdersPerDay)
    throw orderErrors.too_much_unpaid({ endedToday: ended, mostADay: unpaidOrdersPerDay })
}
