import { sql } from 'kysely'
import { inSql, secondsAfter, type Work } from '../../kernel/index.ts'
import { lapsedStates } from '../../payment/index.ts'
import { orderErrors } from '../errors.ts'

/**
 * Returns for how many hours an unpaid order's stock stays reserved. A buyer who has never paid for anything
 * gets fewer hours.
 */
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
 * Throws if the buyer is already at a limit of unpaid orders, before a new order is written. Takes no lock:
 * `requireRoomUnpaid` checks the limits again once the order is written.
 * @throws order.too_much_unpaid, with what is too much
 */
export async function requireAnyRoomUnpaid(work: Work, userId: string): Promise<void> {
  const { unpaidOrders, unpaidOrderUnits, unpaidOrdersPerDay } = work.policy
  const { orders, units, ended } = await countUnpaid(work, userId)
  if (orders >= unpaidOrders)
    throw orderErrors.too_much_unpaid({ orders: orders + 1, mostOrders: unpaidOrders })
  if (units >= unpaidOrderUnits) throw orderErrors.too_much_unpaid({ units, mostUnits: unpaidOrderUnits })
  if (ended >= unpaidOrdersPerDay) throw endedTooOften(ended, unpaidOrdersPerDay)
}

const endedTooOften = (endedToday: number, mostADay: number) =>
  orderErrors.too_much_unpaid({ endedToday, mostADay })

/**
 * Throws if a buyer's unpaid orders reserve too much stock, the present order included, or if too many ended
 * unpaid within a day. Without that second limit, a buyer could reserve stock for ever with new orders. A
 * lock makes a buyer's concurrent orders count one after another.
 * @throws order.too_much_unpaid, with what is too much
 */
export async function requireRoomUnpaid(work: Work, userId: string): Promise<void> {
  const { unpaidOrders, unpaidOrderUnits, unpaidOrdersPerDay } = work.policy
  await sql`select pg_advisory_xact_lock(hashtextextended(${`unpaid orders ${userId}`}, 0))`.execute(work.tx)
  const { orders, units, ended, most } = await countUnpaid(work, userId)
  if (orders > unpaidOrders) throw orderErrors.too_much_unpaid({ orders, mostOrders: unpaidOrders })
  if (units > unpaidOrderUnits) throw orderErrors.too_much_unpaid({ units, mostUnits: unpaidOrderUnits })
  if (most) throw orderErrors.too_much_unpaid(most)
  if (ended >= unpaidOrdersPerDay) throw endedTooOften(ended, unpaidOrdersPerDay)
}

async function countUnpaid({ tx, now, policy }: Work, userId: string): Promise<Unpaid> {
  const { unpaidShareBps, unpaidShareFloor } = policy
  const { rows } = await sql<Unpaid>`
    with held as (
      select o.id, i.variant_id, i.sku, i.quantity from orders o join order_items i on i.order_id = o.id
      where o.user_id = ${userId} and o.status = 'pending_payment'
    )
    select (select count(distinct id) from held)::int as orders,
      (select coalesce(sum(quantity), 0) from held)::int as units,
      (select count(*) from payments p where p.user_id = ${userId} and p.order_id is not null and p.paid_at is null
        and p.status in ${inSql(lapsedStates)} and p.created_at > ${secondsAfter(now, -86_400)})::int as ended,
      (select jsonb_build_object('sku', v.sku, 'units', v.units, 'mostUnits', v.most) from (
          select min(h.sku) as sku, sum(h.quantity) as units,
            greatest(${unpaidShareFloor}::int, w.on_hand::int8 * ${unpaidShareBps}::int / 10000) as most
          from held h join warehouse_inventory w on w.variant_id = h.variant_id group by w.variant_id, w.on_hand
        ) v where v.units > v.most limit 1) as most`.execute(tx)
  return rows[0] ?? { orders: 0, units: 0, ended: 0, most: null }
}
