import type { Actor } from '../../domain/kernel/index.ts'
import { claimWebhooks, webhooksDue } from '../../domain/webhooks/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'webhooks.sweep' }
const BATCH_SIZE = 500

/**
 * Enqueues a webhook delivery again if its job was lost, or if its provider could not be asked. The sweep
 * itself does not process the delivery.
 */
export const webhooksSweepJob = defineJob({
  name: 'webhooks.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: {
    due: webhooksDue,
  },
  run: async ({ unitOfWork, queue }) => {
    await unitOfWork.run(actor, async (work) => {
      const due = await claimWebhooks(work, BATCH_SIZE)
      const jobs = due.map(({ id, provider }) => ({
        name: `webhooks.${provider}` as const,
        data: { inboxId: id },
      }))
      await queue.enqueue(work.tx, jobs)
    })
    return undefined
  },
})
