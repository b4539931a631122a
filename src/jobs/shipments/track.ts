import type { Actor } from '../../domain/kernel/index.ts'
import { sweepTracking, trackingDue } from '../../domain/logistics/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'shipments.track' }

/**
 * Asks couriers about parcels without an update for a long time, so that a lost webhook delays an update but
 * loses nothing.
 */
export const shipmentsTrackJob = defineJob({
  name: 'shipments.track',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: trackingDue },
  run: async ({ units, providers }) => {
    await sweepTracking({ units, actor, courier: providers.courier })
    return undefined
  },
})
