import type { Actor } from '../../domain/kernel/index.ts'
import { purchaseOrdersDue, sweepPurchaseOrders } from '../../domain/warehouse/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'pos.sweep' }

/** Raises an attention item for each purchase order that its factory has not answered in time. */
export const purchaseOrdersSweepJob = defineJob({
  name: 'pos.sweep',
  batchSize: 1,
  retryLimit: 0,
  sweep: { due: purchaseOrdersDue },
  run: async (laku) => {
    await laku.unitOfWork.run(actor, sweepPurchaseOrders)
    return undefined
  },
})
