import type { Actor } from '../../domain/kernel/index.ts'
import { refundsWaiting } from '../../domain/payment/index.ts'
import { payoutsDue, sweepPayouts } from '../../domain/payout/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payouts.sweep' }

/**
 * Sends payouts whose job was lost. Asks the provider about payouts without an answer, and about payouts that
 * the receiving bank may have sent back.
 */
export const payoutsSweepJob = defineJob({
  name: 'payouts.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sendsMoney: true,
  sweep: { due: payoutsDue },
  run: async (laku) => {
    await sweepPayouts({
      unitOfWork: laku.unitOfWork,
      actor,
      payouts: laku.providers.payouts,
      refundsWaiting,
    })
    return undefined
  },
})
