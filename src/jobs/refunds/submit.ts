import type { Actor } from '../../domain/kernel/index.ts'
import { submitRefunds } from '../../domain/payment/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'refunds.submit' }

/**
 * Sends decided refunds to the provider. If there is no answer, the job refunds.sweep sends the refund again
 * with the same idempotency key.
 */
export const refundsSubmitJob = defineJob({
  name: 'refunds.submit',
  batchSize: 50,
  retryLimit: 5,
  needsKnownDatabase: true,
  sendsMoney: true,
  run: async (laku, jobs) => {
    await submitRefunds(
      { unitOfWork: laku.unitOfWork, actor, gateway: laku.providers.gateway },
      jobs.map((job) => job.data.refundId),
    )
    return undefined
  },
})
