import { sql } from 'kysely'
import type { Actor } from '../../domain/kernel/index.ts'
import { completeOrders, completionDue, lostOrdersDue, refundLostOrders } from '../../domain/order/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'orders.sweep' }
const COMPLETE_BATCH_SIZE = 500
const REFUND_BATCH_SIZE = 50

/** Completes orders whose return window is over, and refunds the buyers of lost parcels. */
export const ordersSweepJob = defineJob({
  name: 'orders.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: (now) => sql<boolean>`(${completionDue(now)} or ${lostOrdersDue(now)})` },
  run: async ({ units }) => {
    await units.run(actor, (work) => completeOrders(work, COMPLETE_BATCH_SIZE))
    await units.run(actor, (work) => refundLostOrders(work, REFUND_BATCH_SIZE))
    return undefined
  },
})
