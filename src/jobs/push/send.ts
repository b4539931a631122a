import type { Actor } from '../../domain/kernel/index.ts'
import { sendPushes } from '../../domain/notification/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'push.send' }

/** Sends push messages as soon as they are enqueued; push.sweep retries those that fail. */
export const pushSendJob = defineJob({
  name: 'push.send',
  batchSize: 50,
  retryLimit: 2,
  run: async (laku, jobs) => {
    await sendPushes(
      { unitOfWork: laku.unitOfWork, actor, push: laku.providers.push },
      jobs.map(({ data }) => data.deliveryId),
    )
    return undefined
  },
})
