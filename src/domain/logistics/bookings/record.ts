import { sql } from 'kysely'
import {
  insertRows,
  moveState,
  newId,
  type ProviderFailure,
  retryAt,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { bookedPosting } from '../costs/courier-bill.ts'
import type { CourierOrder } from '../courier.ts'
import { emitPriced } from '../rates/emit-priced.ts'
import { lockOrderOf } from '../tracking/lock-parcels.ts'
import { type ShipmentStatus, shipmentMachine } from '../transitions.ts'
import type { ClaimedBooking } from './claim.ts'
import { isUnfit } from './refusals.ts'

/**
 * Records that the courier has booked the parcel, with its waybill number. The courier's price is subtracted
 * from the courier deposit, once.
 */
export async function recordBooked(
  work: Work,
  booking: ClaimedBooking,
  courierOrder: CourierOrder,
): Promise<void> {
  const { shipmentId } = booking
  await lockOrderOf(work, shipmentId)
  // If the courier has not named a price for the parcel yet, laku posts the price to the ledger later, when
  // the courier names it.
  const { id, trackingId = null, waybillId, link, priceIdr = 0 } = courierOrder
  const moved = await moveState(work, shipmentMachine, {
    to: 'booked',
    ids: [shipmentId],
    set: {
      providerOrderId: id,
      trackingId,
      waybill: waybillId ?? null,
      trackingUrl: link ?? null,
      priceIdr,
      failureCode: null,
      nextAttemptAt: null,
      // The courier may know the parcel from an earlier booking, for example from before a restore. Then the
      // courier already has a history of the parcel, so laku reads that history at once.
      trackAt: isJustBooked(courierOrder)
        ? secondsAfter(work.now, work.policy.trackAfterHours * 3600)
        : work.now,
      bookedAt: work.now,
      updatedAt: work.now,
    },
  })
  if (moved.length === 0) return await reportOtherBooking(work, booking, id)
  await addEvent(work, shipmentId, 'booked', courierOrder.status)
  await post(work, bookedPosting(shipmentId, priceIdr))
  await emitPriced(work, priceIdr > 0 ? [shipmentId] : [])
  announce(work, booking, 'booked', { waybill: waybillId ?? null, trackingUrl: link ?? null })
}

const isJustBooked = ({ status }: CourierOrder) => status === 'confirmed'

/**
 * Checks a booking of a parcel that another attempt has recorded before. If the courier's order is the same,
 * all is well; otherwise an attention item is raised.
 */
async function reportOtherBooking(
  work: Work,
  booking: ClaimedBooking,
  providerOrderId: string,
): Promise<void> {
  const { shipmentId, orderCode } = booking
  const shipment = await work.tx
    .selectFrom('shipments')
    .select(['code', 'status', 'providerOrderId'])
    .where('id', '=', shipmentId)
    .executeTakeFirst()
  if (shipment?.providerOrderId === providerOrderId) return
  work.requestAttention({
    kind: 'shipment_booked_unasked',
    subject: ['shipment', shipmentId],
    message: `The courier has a booking for ${orderCode} that laku did not expect. If it is not needed, cancel it in the courier's dashboard.`,
    command: `laku orders show ${orderCode}`,
    details: { code: shipment?.code, status: shipment?.status, providerOrderId },
  })
}

/**
 * Records that the booking of a parcel failed. If no courier will ever take the parcel, the parcel ends, and
 * its order waits for a person. Otherwise the parcel stays pending, and the courier is asked again with the
 * same reference.
 */
export async function recordNotBooked(
  work: Work,
  booking: ClaimedBooking,
  failure: ProviderFailure,
): Promise<void> {
  if (isUnfit(failure)) return await recordUnfit(work, booking, failure)
  const { shipmentId, attempts, orderCode } = booking
  await sql`
    update shipments set next_attempt_at = ${retryAt(work.now, attempts, failure.retryAfterS)},
      failure_code = ${failure.code}, updated_at = ${work.now}
    where id = ${shipmentId} and status = 'pending' and attempts = ${attempts}`.execute(work.tx)
  if (failure.outcome !== 'refused' && attempts < work.policy.providerAttempts) return
  work.requestAttention({
    kind: 'shipment_not_booked',
    subject: ['shipment', shipmentId],
    message: `No courier could be booked for ${orderCode}: ${failure.code} (${failure.outcome}). laku tries again; you can also book one now.`,
    command: `laku shipments create ${orderCode}`,
    details: { code: failure.code, outcome: failure.outcome, attempts },
  })
}

async function recordUnfit(work: Work, booking: ClaimedBooking, failure: ProviderFailure): Promise<void> {
  const { shipmentId, orderId, orderCode } = booking
  await lockOrderOf(work, shipmentId)
  const set = { failureCode: failure.code, nextAttemptAt: null, updatedAt: work.now }
  const moved = await moveState(work, shipmentMachine, {
    to: 'cancelled',
    from: 'pending',
    ids: [shipmentId],
    set,
  })
  if (moved.length === 0) return
  await addEvent(work, shipmentId, 'cancelled', null)
  announce(work, booking, 'cancelled', { failureCode: failure.code })
  work.requestAttention({
    kind: 'order_not_shippable',
    subject: ['order', orderId],
    message: `The courier refuses the parcel of ${orderCode} (${failure.code}). Correct the address, or book another courier.`,
    command: `laku shipments create ${orderCode} --courier COMPANY:TYPE`,
    details: { code: failure.code },
  })
}

async function addEvent(
  work: Work,
  shipmentId: string,
  status: ShipmentStatus,
  providerStatus: string | null,
): Promise<void> {
  const times = { happenedAt: work.now, recordedAt: work.now }
  await insertRows(work.tx, 'shipmentEvents', [{ id: newId(), shipmentId, status, providerStatus, ...times }])
}

function announce(
  work: Work,
  { shipmentId, orderId }: ClaimedBooking,
  to: ShipmentStatus,
  facts: { waybill?: string | null; trackingUrl?: string | null; failureCode?: string },
): void {
  const { waybill = null, trackingUrl = null, failureCode = null } = facts
  const payload = { shipmentId, orderId, from: 'pending' as const, to, waybill, trackingUrl, failureCode }
  work.emit({ type: 'shipment.status_changed', aggregate: ['shipment', shipmentId], payload })
}
