import type { Actor } from '../../domain/kernel/index.ts'
import { estimateFreight } from '../../domain/warehouse/index.ts'
import { defineJob, type JobFailure } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'pos.estimate' }

/**
 * Estimates the freight cost of a purchase order's goods from the factory to the warehouse. The purchase
 * order is sent to the factory without waiting for this.
 */
export const purchaseOrdersEstimateJob = defineJob({
  name: 'pos.estimate',
  batchSize: 10,
  retryLimit: 3,
  run: async ({ unitOfWork, providers, config }, jobs) => {
    const context = {
      unitOfWork,
      actor,
      courier: providers.courier,
      destinationPostalCode: config.warehousePostalCode,
    }
    const failures: JobFailure[] = []
    for (const { id, data } of jobs) {
      await estimateFreight(context, data.purchaseOrderId).catch((error: unknown) =>
        failures.push({ id, error }),
      )
    }
    return failures
  },
})
