import { sql } from 'kysely'
import { idOrCode, requireStaff, requireTransition, type StaffRole, type Work } from '../../kernel/index.ts'
import { type CourierPrice, recordCourierPrice, requirePriceAtEnd } from '../costs/courier-price-by-hand.ts'
import { logisticsErrors } from '../errors.ts'
import { getShipment } from '../read.ts'
import { isCancelledByCourier, type shipmentStatesByHand, shipmentTransitions } from '../transitions.ts'
import type { ShipmentView } from '../views.ts'
import { lockParcels } from './lock-parcels.ts'
import { recordMoves } from './record-moves.ts'

const handling: readonly StaffRole[] = ['warehouse', 'support', 'service']

/**
 * The roles that may set each parcel status by hand. Only the roles `support` and `service` may set `lost`,
 * because this status costs the company money.
 */
const rolesOf = {
  picked_up: handling,
  in_transit: handling,
  on_hold: handling,
  delivered: handling,
  returning: handling,
  returned: handling,
  cancelled: handling,
  not_found: handling,
  lost: ['support', 'service'],
} as const satisfies Record<ShipmentStatusByHand, readonly StaffRole[]>

export type ShipmentStatusByHand = (typeof shipmentStatesByHand)[number]

export interface ParcelMoveByHand {
  /** The UUID or code of the shipment. */
  shipment: string
  status: ShipmentStatusByHand
  note?: string | undefined
  /**
   * Whether the courier keeps the price of a parcel that ended before it was delivered, or gives it back. By
   * default the courier gives back the price of a cancelled parcel, and keeps that of any other parcel.
   */
  courierPrice?: CourierPrice | undefined
}

/**
 * Sets a parcel's status by hand, when its courier reports nothing. The status of the parcel's order changes,
 * too, as if the courier had reported the parcel's status. Before a parcel is set to lost, `takeLost` counts
 * the loss against the limits of the person who acts.
 * @throws logistics.shipment_not_found, kernel.illegal_transition, option_not_taken, second_person_needed,
 * forbidden
 */
export async function moveParcelByHand(
  work: Work,
  input: ParcelMoveByHand,
  takeLost: (orderId: string) => Promise<void>,
): Promise<ShipmentView> {
  const { status, note, courierPrice } = input
  requireStaff(work.actor, ...rolesOf[status])
  const key = idOrCode(input.shipment)
  const where = 'id' in key ? sql`s.id = ${key.id}::uuid` : sql`s.code = ${key.code}`
  const [parcel] = await lockParcels(work, where)
  if (!parcel) throw logisticsErrors.shipment_not_found({ shipment: input.shipment })
  // The statement about the price may come later than the status that it belongs to.
  const isPriceAlone = courierPrice !== undefined && parcel.status === status
  if (courierPrice) requirePriceAtEnd(parcel, status)
  if (!isPriceAlone) {
    requireTransition(shipmentTransitions, parcel.status, status, 'shipment')
    if (status === 'lost') await takeLost(parcel.orderId)
  }
  const { waybill, trackingUrl, trackedUntil } = parcel
  const priceIdr = courierPrice === 'returned' && !isCancelledByCourier(status) ? 0 : (parcel.priceIdr ?? 0)
  const event = { status, providerStatus: null, note: note || null, happenedAt: work.now }
  const newEvents = isPriceAlone ? [] : [event]
  const movedByHandAt = isPriceAlone ? parcel.movedByHandAt : work.now
  const facts = { priceIdr, waybill, trackingUrl, trackedUntil, movedByHandAt }
  await recordMoves(work, [{ parcel, status, newEvents, ...facts }])
  if (courierPrice) await recordCourierPrice(work, parcel.id, courierPrice)
  const [before, after] = [{ status: parcel.status }, { status, note, courierPrice }]
  work.audit({ command: 'shipments set-status', subject: ['shipment', parcel.id], before, after })
  return await getShipment(work, parcel.id)
}
