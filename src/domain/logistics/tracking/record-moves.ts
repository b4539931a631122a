import { sql } from 'kysely'
import { insertRows, moveState, newId, type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { reportCancelledByCourier } from '../bookings/report-cancelled.ts'
import { parcelPostings } from '../costs/courier-bill.ts'
import { emitPriced } from '../rates/emit-priced.ts'
import { isCancelledByCourier, isOver, shipmentMachine, shipmentTransitions } from '../transitions.ts'
import type { Followed } from './apply-history.ts'
import type { LockedParcel } from './lock-parcels.ts'

export interface ParcelMove
  extends Pick<Followed, 'status' | 'trackedUntil' | 'movedByHandAt' | 'newEvents'> {
  /** The parcel as it was before its state changes. The parcel's row is locked. */
  parcel: LockedParcel
  priceIdr: Rupiah
  waybill: string | null
  trackingUrl: string | null
}

/**
 * Records the new states of parcels, with their events and ledger postings, in a few statements for any
 * number of parcels. The caller has locked the parcels' rows. Emits events for parcels whose state or waybill
 * number changed. After that, laku waits for policy.trackAfterHours again before it asks the courier about
 * these parcels.
 */
export async function recordMoves(work: Work, moves: readonly ParcelMove[]): Promise<void> {
  if (moves.length === 0) return
  const money = moves.map(({ parcel, status, priceIdr }) =>
    parcelPostings(parcel, { status, wasCancelled: isCancelledByCourier(parcel.status), priceIdr }),
  )
  const trackAt = secondsAfter(work.now, work.policy.trackAfterHours * 3600)
  const records = moves.map(({ parcel, status, trackedUntil, movedByHandAt, waybill, trackingUrl }, i) => {
    const { postings: _, ...book } = money[i] as (typeof money)[number]
    const next = isOver(status) ? null : trackAt
    return {
      id: parcel.id,
      status,
      trackedUntil,
      movedByHandAt,
      waybill,
      trackingUrl,
      trackAt: next,
      ...book,
    }
  })
  // laku may learn in one answer of the courier that a parcel was held, and that the hold has ended. Such a
  // parcel first moves to the state on_hold, because its present state does not allow the new state directly.
  const stopped = moves.flatMap(({ parcel: { id, status: from }, status: to }) =>
    from === to || shipmentTransitions[from].includes(to) ? [] : [id],
  )
  await moveState(work, shipmentMachine, { to: 'on_hold', ids: stopped, all: true })
  await moveState(work, shipmentMachine, {
    rows: records,
    stays: true,
    all: true,
    set: {
      version: sql`t.version + 1`,
      nextAttemptAt: null,
      trackAt: sql`case when t.provider_order_id is null then null else r.track_at end`,
      updatedAt: work.now,
    },
  })
  const events = moves.flatMap(({ parcel, newEvents }) =>
    newEvents.map((event) => ({ id: newId(), shipmentId: parcel.id, ...event, recordedAt: work.now })),
  )
  await insertRows(work.tx, 'shipmentEvents', events, { onConflictDoNothing: true })
  await post(
    work,
    money.flatMap((item) => item.postings),
  )
  for (const move of moves) announce(work, move)
  const priced = moves.filter(({ parcel, priceIdr }) => priceIdr > 0 && !parcel.priceIdr)
  await emitPriced(
    work,
    priced.map(({ parcel }) => parcel.id),
  )
  const cancelledByCourier = moves.filter(
    (move) => isCancelledByCourier(move.status) && move.status !== move.parcel.status,
  )
  await reportCancelledByCourier(
    work,
    cancelledByCourier.map((parcelMove) => parcelMove.parcel.orderId),
  )
}

function announce(work: Work, { parcel, status, waybill, trackingUrl }: ParcelMove): void {
  const { id, orderId } = parcel
  const about = { shipmentId: id, orderId, waybill, trackingUrl }
  const aggregate: ['shipment', string] = ['shipment', id]
  if (status !== parcel.status) {
    const payload = { ...about, from: parcel.status, to: status, failureCode: null }
    work.emit({ type: 'shipment.status_changed', aggregate, payload })
  } else if (waybill !== parcel.waybill || trackingUrl !== parcel.trackingUrl) {
    work.emit({ type: 'shipment.waybill_changed', aggregate, payload: about })
  }
}
