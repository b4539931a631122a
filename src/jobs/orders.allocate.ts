import type { Actor } from '../domain/kernel/index.ts'
import { allocateOrders } from '../domain/order/index.ts'
import { defineJob } from './define-job.ts'

const actor: Actor = { kind: 'system', name: 'orders.allocate' }

/** Gives stock that came to the orders that wait for it, until no more of them can be served. */
export const ordersAllocateJob = defineJob<{ variantId: string }>({
  name: 'orders.allocate',
  batchSize: 50,
  retryLimit: 5,
  run: async ({ units }, jobs) => {
    const variantIds = jobs.map((job) => job.data.variantId)
    for (;;) if ((await units.run(actor, (work) => allocateOrders(work, variantIds))) === 0) return undefined
  },
})
