import { type RawBuilder, sql } from 'kysely'
import { inSql, secondsAfter } from '../../kernel/index.ts'
import {
  BOOKINGS_BY_ITSELF,
  cancelledShipmentStates,
  undeliveredShipmentStates,
} from '../../logistics/index.ts'
import { isPassing, isSetAside, setAside } from '../../ops/index.ts'
import { orderAside } from '../fulfilment/order-aside.ts'
import { bookableStates } from '../transitions.ts'
import { type BookingContext, bookShipments } from './book.ts'
import { isPaidFor } from './bookable.ts'

const running = sql`not (select paused from switches where name = 'biteship')`

// If a paid order has not changed for this time (s), the job that books its courier counts as lost. The job
// normally runs within seconds.
const LOST_AFTER_S = 120
const BATCH = 200

const pendingDue = (now: Date) => sql`
  select p.order_id from shipments p
  where p.status = 'pending' and p.next_attempt_at <= ${now} and not ${isSetAside(sql`p.order_id`, now)}`

const lostDue = (now: Date) => sql`
  select o.id as order_id from orders o
  where o.status in ${inSql(bookableStates)} and o.allocated and o.updated_at <= ${secondsAfter(now, -LOST_AFTER_S)} and ${isPaidFor}
    and not exists (
      select from shipments s
      where s.order_id = o.id and s.status not in ${inSql(undeliveredShipmentStates)})
    and (select count(*) from shipments s where s.order_id = o.id and s.status in ${inSql(cancelledShipmentStates)})
      < ${BOOKINGS_BY_ITSELF} and not ${isSetAside(sql`o.id`, now)}`

/**
 * Returns an SQL condition: a parcel is due for its next attempt to book a courier, or an order's booking job
 * was lost.
 */
export function shipmentsDue(now: Date): RawBuilder<boolean> {
  return sql<boolean>`(${running} and (exists (${pendingDue(now)}) or exists (${lostDue(now)})))`
}

/**
 * Books couriers for parcels whose booking attempt is due, and for orders whose booking job was lost: a
 * bounded number in one run.
 */
export async function sweepShipments(context: BookingContext): Promise<void> {
  const orderIds = await context.unitOfWork.run(context.actor, async ({ tx, now }) => {
    const { rows } = await sql<{ orderId: string }>`
      (${pendingDue(now)} order by next_attempt_at limit ${BATCH}) union (${lostDue(now)} order by o.updated_at limit ${BATCH})
    `.execute(tx)
    return rows.map((row) => row.orderId)
  })
  for (const { orderId, error } of await bookShipments(context, orderIds))
    if (!isPassing(error))
      await setAside(context, orderId, error, (work, id) => orderAside(work, id, 'could not get a courier'))
}
