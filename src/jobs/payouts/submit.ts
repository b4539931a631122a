import type { Actor } from '../../domain/kernel/index.ts'
import { refundsWaiting } from '../../domain/payment/index.ts'
import { submitPayouts } from '../../domain/payout/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payouts.submit' }

/**
 * Sends payouts to the provider. If the provider does not answer, the payout may have been made. So no job
 * sends it again before the job payouts.sweep has asked the provider about it.
 */
export const payoutsSubmitJob = defineJob({
  name: 'payouts.submit',
  batchSize: 50,
  retryLimit: 5,
  needsKnownDatabase: true,
  sendsMoney: true,
  run: async (laku, jobs) => {
    await submitPayouts(
      { unitOfWork: laku.unitOfWork, actor, payouts: laku.providers.payouts, refundsWaiting },
      jobs.map((job) => job.data.payoutId),
    )
    return undefined
  },
})
