import { requireStaff, type Work } from '../../kernel/index.ts'
import { requireRunning } from '../../ops/index.ts'
import { logisticsErrors } from '../errors.ts'
import { getShipment } from '../read.ts'
import type { ShipmentView } from '../views.ts'
import { type TrackingContext, trackParcels } from './track-parcels.ts'

/**
 * Asks the courier now where a parcel is, and updates the parcel. A parcel without a booking is returned
 * unchanged.
 * @throws logistics.shipment_not_found, logistics.courier_unavailable, kernel.paused, kernel.forbidden
 */
export async function trackShipment(context: TrackingContext, named: string): Promise<ShipmentView> {
  const { unitOfWork, actor } = context
  const { id, code, providerOrderId } = await unitOfWork.run(actor, (work) => intendTracking(work, named))
  if (providerOrderId !== null) {
    const { failed } = await trackParcels(context, [providerOrderId])
    if (failed[0]) throw logisticsErrors.courier_unavailable({ code, reason: failed[0].error })
  }
  return await unitOfWork.run(actor, (work) => getShipment(work, id))
}

/**
 * Writes into the audit log that staff ask the courier about a parcel. Returns the parcel with the id of its
 * courier order; without that id there is nothing to ask.
 * @throws logistics.shipment_not_found, kernel.paused, kernel.forbidden
 */
export async function intendTracking(work: Work, named: string) {
  requireStaff(work.actor, 'warehouse', 'support', 'service')
  const { id, status } = await getShipment(work, named)
  await requireRunning(work.tx, 'biteship')
  const booked = await work.tx
    .selectFrom('shipments')
    .select(['id', 'code', 'providerOrderId'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  work.audit({ command: 'shipments track', subject: ['shipment', id], before: { status } })
  return booked
}
