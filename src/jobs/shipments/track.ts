import type { Actor } from '../../domain/kernel/index.ts'
import { sweepTracking, trackingDue } from '../../domain/logistics/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'shipments.track' }

/**
 * Asks couriers about parcels that had no update for a long time. So the loss of a courier's webhook only
 * delays the update.
 */
export const shipmentsTrackJob = defineJob({
  name: 'shipments.track',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: trackingDue },
  run: async ({ unitOfWork, providers }) => {
    await sweepTracking({ unitOfWork, actor, courier: providers.courier })
    return undefined
  },
})
