import { sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { heldToRows } from '../ledger/index.ts'
import { cancelledShipmentStates, travelledShipmentStates, unpricedShipmentStates } from './transitions.ts'

// The maximum number of violations that one check of parcels lists. A broken invariant can have ten thousand
// violations, but a person needs only the first few.
const SHOWN = 10

/**
 * The invariants about the money of parcels: parcels, and payments into the courier deposit, must agree with
 * their ledger postings.
 */
export const logisticsChecks: readonly Check[] = [
  heldToRows({
    name: 'parcels',
    kinds: ['shipment_booked', 'shipment_cancelled', 'shipment_price_corrected', 'shipment_closed'],
    due: sql`
      select s.id::text, d.price_idr <> 0 or d.margin_idr <> 0, l.account, l.idr from shipments s
      cross join lateral (
        select case when s.status in ${inSql(unpricedShipmentStates)} then 0 else coalesce(s.price_idr, 0) end as price_idr,
          coalesce(s.margin_idr, 0) as margin_idr
      ) d
      cross join lateral (values ('shipping', d.price_idr + d.margin_idr), ('courier-deposit', -d.price_idr), ('shipping-margin', -d.margin_idr)) l(account, idr)`,
  }),
  checkOf(
    "the margin of a finished parcel is its fee less the courier's price",
    sql<{ line: string }>`
      select format('%s is %s, its fee %s, its price %s, its margin %s', s.code, s.status, s.fee_idr, s.price_idr, s.margin_idr) as line
      from shipments s
      where s.status in ${inSql(travelledShipmentStates)} and s.margin_idr is distinct from s.fee_idr - coalesce(s.price_idr, 0)
      limit ${SHOWN}`,
  ),
  heldToRows({
    name: 'courier prices that the company paid',
    kinds: ['shipping_fee_borne'],
    due: sql`
      select s.id::text, false, l.account, l.idr from shipments s
      cross join lateral (values ('subsidy', s.fee_idr), ('shipping', -s.fee_idr)) l(account, idr)
      where s.margin_idr is not null and s.fee_idr > 0`,
  }),
  heldToRows({
    name: 'prices that couriers kept of cancelled parcels',
    kinds: ['shipment_price_kept'],
    due: sql`
      select s.id::text, true, l.account, l.idr from shipments s
      cross join lateral (values ('subsidy', s.price_idr), ('courier-deposit', -s.price_idr)) l(account, idr)
      where s.courier_price = 'kept' and s.status in ${inSql(cancelledShipmentStates)} and s.price_idr > 0`,
  }),
  heldToRows({
    name: 'payments into the courier deposit',
    kinds: ['courier_deposit_topped_up'],
    due: sql`
      select u.subject_id, true, l.account, l.idr from audit_log u
      cross join lateral (values ('courier-deposit', (u.after ->> 'amountIdr')::int8), ('bank', -(u.after ->> 'amountIdr')::int8)) l(account, idr)
      where u.subject_kind = 'courier_deposit' and u.command = 'shipments top-up'`,
  }),
]
