import type { Actor } from '../../domain/kernel/index.ts'
import { deliveriesDue, dueDeliveries, sendPushes } from '../../domain/notification/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'push.sweep' }

// The number of push messages in one run. They are sent in four batches of at most 10 s each, so that the run
// ends before its job expires.
const BATCH_SIZE = 200

/**
 * Sends push messages whose next attempt is due, or whose sending job was lost. It also sends messages that
 * had to wait until the morning.
 */
export const pushSweepJob = defineJob({
  name: 'push.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: (now) => deliveriesDue('push', now) },
  run: async (laku) => {
    const ids = await laku.unitOfWork.run(actor, (work) => dueDeliveries(work, 'push', BATCH_SIZE))
    await sendPushes({ unitOfWork: laku.unitOfWork, actor, push: laku.providers.push }, ids)
    return undefined
  },
})
