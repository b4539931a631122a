import type { Actor } from '../../domain/kernel/index.ts'
import { refundsDue, sweepRefunds } from '../../domain/payment/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'refunds.sweep' }

/** Sends and asks about refunds that are due: lost jobs, tries that failed, answers that did not come. */
export const refundsSweepJob = defineJob({
  name: 'refunds.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sendsMoney: true,
  sweep: { due: refundsDue },
  run: async (laku) => {
    await sweepRefunds({ units: laku.units, actor, gateway: laku.providers.gateway })
    return undefined
  },
})
