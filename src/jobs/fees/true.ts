import type { Actor } from '../../domain/kernel/index.ts'
import { trueUpFee } from '../../domain/order/index.ts'
import { defineJob, type JobFailure } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'fees.true' }

/**
 * Corrects the estimated shipping fees of orders, one order after the other. An order that fails does not
 * stop the others.
 */
export const feesTrueJob = defineJob({
  name: 'fees.true',
  batchSize: 20,
  retryLimit: 5,
  needsKnownDatabase: true,
  run: async (laku, jobs) => {
    const failures: JobFailure[] = []
    for (const { id, data } of jobs) {
      try {
        await laku.unitOfWork.run(actor, (work) => trueUpFee(work, data.orderId))
      } catch (error) {
        failures.push({ id, error })
      }
    }
    return failures
  },
})
