import type { Actor } from '../../domain/kernel/index.ts'
import { paymentsDue, sweepPayments } from '../../domain/payment/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payments.sweep' }

/**
 * Ends payments whose time has run out. Asks the provider about open invoices, because the webhook about
 * their payment may be lost.
 */
export const paymentsSweepJob = defineJob({
  name: 'payments.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: paymentsDue },
  run: async (laku) => {
    await sweepPayments({ unitOfWork: laku.unitOfWork, actor, gateway: laku.providers.gateway })
    return undefined
  },
})
