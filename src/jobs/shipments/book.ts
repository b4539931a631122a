import type { Actor } from '../../domain/kernel/index.ts'
import { bookShipments } from '../../domain/order/index.ts'
import { parcelOrigin } from '../../runtime/parcel-origin.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'shipments.book' }

/**
 * Books a courier for paid orders whose stock is reserved. If the courier refuses or fails, the job
 * shipments.sweep retries the booking. An order that throws does not stop the others.
 */
export const shipmentsBookJob = defineJob({
  name: 'shipments.book',
  batchSize: 50,
  retryLimit: 5,
  needsKnownDatabase: true,
  run: async (laku, jobs) => {
    const { unitOfWork, providers, config } = laku
    const context = { unitOfWork, actor, courier: providers.courier, origin: parcelOrigin(config) }
    const failed = await bookShipments(
      context,
      jobs.map((job) => job.data.orderId),
    )
    const errors = new Map(failed.map(({ orderId, error }) => [orderId, error]))
    return jobs.flatMap(({ id, data }) =>
      errors.has(data.orderId) ? [{ id, error: errors.get(data.orderId) }] : [],
    )
  },
})
