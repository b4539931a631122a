import { type RawBuilder, sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import type { CourierChoice, NewParcel } from '../../logistics/index.ts'
import { paidStates } from '../../payment/index.ts'
import { bookableStates, unbookedStates } from '../transitions.ts'

/**
 * An SQL condition: the shop still holds part of the money that was paid for order `o`. After a database
 * restore, an order can be marked as paid although all of its money was refunded.
 */
export const isPaidFor: RawBuilder<boolean> = sql<boolean>`exists (
  select from payments p where (p.order_id = o.id or p.participant_id = o.participant_id)
    and p.status in ${inSql(paidStates)} and p.returned_idr < p.amount_idr)`

/**
 * Returns the parcels to insert: one for each of these orders that is paid and has its stock reserved. The
 * orders' rows stay locked, so that nobody cancels the orders meanwhile. The parcels of an order are
 * numbered, and laku's reference at the courier contains the number. The next number is one more than the
 * highest of the parcels with a known booking. A parcel whose booking is unknown, because the courier's
 * answer was lost, is left out. So the next parcel gets the same number and the same reference, and no second
 * booking is made. When staff book, `held` also allows orders on hold, and `courier` replaces the buyer's
 * choice.
 */
export async function bookableParcels(
  work: Work,
  orderIds: readonly string[],
  { courier, held }: { courier?: CourierChoice | undefined; held?: boolean },
): Promise<NewParcel[]> {
  const statuses = [...(held ? unbookedStates : bookableStates)]
  const { rows } = await sql<NewParcel>`
    select o.id as order_id, o.code as order_code, o.user_id, o.courier_company, o.courier_type,
      o.fee_estimated and o.fee_trued_at is null as fee_estimated,
      coalesce((select p.code from payments p where p.participant_id = o.participant_id order by p.id limit 1), o.code) as name,
      (select coalesce(max((regexp_match(s.reference, '-([0-9]+)$'))[1]::int), 0) + 1
        from shipments s where s.order_id = o.id and s.provider_order_id is not null) as number, case
        when exists (select from shipments s where s.order_id = o.id and s.margin_idr is not null) then 0
        else o.shipping_idr end as fee_idr
    from orders o
    where o.id = any(${[...orderIds]}::uuid[]) and o.status = any(${statuses}) and o.allocated and ${isPaidFor}
    order by o.id for no key update`.execute(work.tx)
  if (!courier) return rows
  return rows.map((row) => ({ ...row, courierCompany: courier.company, courierType: courier.type }))
}
