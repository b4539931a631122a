import type { Actor } from '../domain/kernel/index.ts'
import { defineJob } from './define-job.ts'
import { processInbox } from './process-inbox.ts'

const actor: Actor = { kind: 'provider', name: 'webhooks' }

/** Follows deliveries right after they came, in batches: one read an object, one transaction a batch. */
export const webhooksProcessJob = defineJob<{ inboxId: string }>({
  name: 'webhooks.process',
  batchSize: 100,
  retryLimit: 5,
  run: async (laku, jobs) => {
    await processInbox(
      laku,
      actor,
      jobs.map((job) => job.data.inboxId),
    )
    return undefined
  },
})
