import { sql } from 'kysely'
import type { Actor } from '../../domain/kernel/index.ts'
import { completionDue, lostOrdersDue, sweepCompleted, sweepLost } from '../../domain/order/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'orders.sweep' }
const COMPLETE_BATCH_SIZE = 500
const REFUND_BATCH_SIZE = 50

/**
 * Completes orders whose return window is over, and refunds the buyers of lost parcels. An order that throws
 * does not stop the others.
 */
export const ordersSweepJob = defineJob({
  name: 'orders.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: (now) => sql<boolean>`(${completionDue(now)} or ${lostOrdersDue(now)})` },
  run: async ({ unitOfWork }) => {
    await sweepCompleted({ unitOfWork, actor }, COMPLETE_BATCH_SIZE)
    await sweepLost({ unitOfWork, actor }, REFUND_BATCH_SIZE)
    return undefined
  },
})
