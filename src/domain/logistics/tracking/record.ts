import { sql } from 'kysely'
import { type AttentionItem, secondsAfter, type Work } from '../../kernel/index.ts'
import type { TrackedCourierOrder } from '../courier.ts'
import { isCancelledByCourier } from '../transitions.ts'
import { applyCourierHistory, type Followed } from './apply-history.ts'
import { type LockedParcel, lockParcels } from './lock-parcels.ts'
import { type ParcelMove, recordMoves } from './record-moves.ts'

/** A courier order as laku read it, and the version that the parcel had when the reading began. */
export interface Reading {
  order: TrackedCourierOrder
  version: number
}

/**
 * Records the states that couriers report, for any number of parcels at once. A report is not used if its
 * parcel was changed after laku began to ask the courier, because the report may be out of date. Returns the
 * ids of the courier orders whose reports were not used. The caller reads these orders again.
 */
export async function recordTracking(work: Work, readings: readonly Reading[]): Promise<string[]> {
  if (readings.length === 0) return []
  const byId = new Map(readings.map((reading) => [reading.order.id, reading]))
  const parcels = await lockParcels(work, sql`s.provider_order_id = any(${[...byId.keys()]}::text[])`)
  const stale: string[] = []
  const moves: ParcelMove[] = []
  const asBefore: string[] = []
  for (const parcel of parcels) {
    const { order, version } = byId.get(parcel.providerOrderId as string) as Reading
    if (version !== parcel.version) {
      stale.push(order.id)
      continue
    }
    const followed = applyCourierHistory(parcel, order)
    work.requestAttention(...attentionOf(parcel, followed))
    const move = moveOf(parcel, order, followed)
    if (hasChanged(parcel, move)) moves.push(move)
    else asBefore.push(parcel.id)
  }
  await recordMoves(work, moves)
  await askLater(work, asBefore)
  return stale
}

function moveOf(parcel: LockedParcel, order: TrackedCourierOrder, followed: Followed): ParcelMove {
  const { status, trackedUntil, movedByHandAt, newEvents } = followed
  // A courier's own price list goes on naming a price that the courier has given back.
  const saidIdr = parcel.courierPrice === null ? order.priceIdr : undefined
  return {
    parcel,
    status,
    trackedUntil,
    movedByHandAt,
    newEvents,
    priceIdr: saidIdr ?? parcel.priceIdr ?? 0,
    waybill: order.waybillId ?? parcel.waybill,
    trackingUrl: order.link ?? parcel.trackingUrl,
  }
}

function hasChanged(parcel: LockedParcel, move: ParcelMove): boolean {
  return (
    move.newEvents.length > 0 ||
    move.status !== parcel.status ||
    move.waybill !== parcel.waybill ||
    move.trackingUrl !== parcel.trackingUrl ||
    move.movedByHandAt?.getTime() !== parcel.movedByHandAt?.getTime() ||
    move.trackedUntil?.getTime() !== parcel.trackedUntil?.getTime() ||
    (move.priceIdr !== parcel.priceIdr && !isCancelledByCourier(parcel.status))
  )
}

async function askLater(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const trackAt = secondsAfter(work.now, work.policy.trackAfterHours * 3600)
  await sql`
    update shipments set track_at = ${trackAt} where id = any(${[...ids]}::uuid[]) and track_at is not null`.execute(
    work.tx,
  )
}

function attentionOf(
  { id, code, status }: LockedParcel,
  { unknown, contradictions }: Followed,
): AttentionItem[] {
  const about = { subject: ['shipment', id] as [string, string], command: `laku shipments show ${code}` }
  const items: AttentionItem[] = []
  if (unknown.length > 0) {
    const message = `The courier gives ${code} a status that laku does not know (${unknown.join(', ')}), so it stays ${status}. Find out where the parcel is, then set its status.`
    const command = `laku shipments set-status ${code}`
    items.push({ ...about, kind: 'shipment_status_unknown', message, command, details: { unknown } })
  }
  if (contradictions.length > 0) {
    const message = `The courier says ${contradictions.join(', ')} about ${code}, which is not possible after ${status}, so the status stays. Ask the courier where the parcel is.`
    items.push({ ...about, kind: 'shipment_contradicted', message, details: { contradictions, status } })
  }
  return items
}
