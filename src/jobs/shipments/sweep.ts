import type { Actor } from '../../domain/kernel/index.ts'
import { shipmentsDue, sweepShipments } from '../../domain/order/index.ts'
import { parcelOrigin } from '../../runtime/parcel-origin.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'shipments.sweep' }

/**
 * Books couriers for parcels whose next attempt to book is due, and for parcels whose booking job was lost.
 */
export const shipmentsSweepJob = defineJob({
  name: 'shipments.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: shipmentsDue },
  run: async ({ unitOfWork, providers, config }) => {
    await sweepShipments({ unitOfWork, actor, courier: providers.courier, origin: parcelOrigin(config) })
    return undefined
  },
})
