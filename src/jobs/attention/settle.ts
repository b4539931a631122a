import { endGone } from '../../domain/composition/attention-ends.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'attention.settle' }

/** Resolves, each minute, the open attention items whose cause has gone away. */
export const attentionSettleJob = defineJob({
  name: 'attention.settle',
  batchSize: 1,
  retryLimit: 3,
  cron: '* * * * *',
  run: async (laku) => {
    await laku.unitOfWork.run(actor, endGone)
    return undefined
  },
})
