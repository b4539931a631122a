import { sql } from 'kysely'
import type { Actor } from '../../domain/kernel/index.ts'
import { completeOrders, completionDue, lostOrdersDue, refundLostOrders } from '../../domain/order/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'orders.sweep' }
const COMPLETED_A_RUN = 500
const REFUNDED_A_RUN = 50

/** Completes orders whose return window is over, and gives the buyers of lost parcels their money back. */
export const ordersSweepJob = defineJob({
  name: 'orders.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: (now) => sql<boolean>`(${completionDue(now)} or ${lostOrdersDue(now)})` },
  run: async ({ units }) => {
    await units.run(actor, (work) => completeOrders(work, COMPLETED_A_RUN))
    await units.run(actor, (work) => refundLostOrders(work, REFUNDED_A_RUN))
    return undefined
  },
})
