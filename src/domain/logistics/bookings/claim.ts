import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import type { NewCourierOrder } from '../courier.ts'

/** The address of the warehouse, where every parcel starts. */
export interface ParcelOrigin {
  contactName: string
  contactPhone: string
  address: string
  /** The postal code, 5 digits. */
  postalCode: string
}

export interface ClaimedBooking {
  shipmentId: string
  orderId: string
  orderCode: string
  attempts: number
  request: NewCourierOrder
}

// The lease of a booking attempt: it covers two calls of at most 10 s each, and the queue before them. If an
// attempt outlives its lease, a second booking under the same reference returns the first one.
const LEASE_S = 120

/**
 * Returns the common table expressions `due` and `claimed`, which claim the due pending shipments of these
 * orders for one attempt each. The caller joins the facts of the orders to `claimed`.
 */
export const claimedParcels = (work: Work, orderIds: readonly string[]): RawBuilder<unknown> => sql`
  due as (
    select id from shipments
    where order_id = any(${[...orderIds]}::uuid[]) and status = 'pending' and next_attempt_at <= ${work.now}
    order by id for update skip locked
  ), claimed as (
    update shipments s set attempts = s.attempts + 1, next_attempt_at = ${secondsAfter(work.now, LEASE_S)}
    from due where s.id = due.id
    returning s.id, s.reference, s.order_id, s.attempts, s.courier_company, s.courier_type
  )`
