import { type RawBuilder, sql } from 'kysely'
import { secondsAfter, type Work } from '../../kernel/index.ts'
import type { NewCourierOrder } from '../courier.ts'

/** The address of the warehouse from which every parcel is sent. */
export interface ParcelOrigin {
  contactName: string
  contactPhone: string
  address: string
  /** The postal code of the warehouse, 5 digits. */
  postalCode: string
}

export interface ClaimedBooking {
  shipmentId: string
  orderId: string
  orderCode: string
  attempts: number
  request: NewCourierOrder
}

// The time (s) for which one attempt to book parcels reserves these parcels. An attempt waits for its turn,
// and then makes two calls of at most 10 s each, so this time is normally enough. If an attempt takes longer,
// another attempt may book the same parcel. This is safe, because a second booking with the same reference
// returns the first booking.
const LEASE_S = 120

/**
 * Returns the common table expressions `due` and `claimed`. They claim, for one booking attempt, the parcels
 * of these orders that are pending and due. The caller joins `claimed` with the data of the orders.
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
