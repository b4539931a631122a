import type { Actor } from '../../domain/kernel/index.ts'
import { refundsDue, sweepRefunds } from '../../domain/payment/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'refunds.sweep' }

/**
 * Sends refunds whose job was lost or whose last attempt failed, and asks the provider about refunds without
 * an answer.
 */
export const refundsSweepJob = defineJob({
  name: 'refunds.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sendsMoney: true,
  sweep: { due: refundsDue },
  run: async (laku) => {
    await sweepRefunds({ unitOfWork: laku.unitOfWork, actor, gateway: laku.providers.gateway })
    return undefined
  },
})
