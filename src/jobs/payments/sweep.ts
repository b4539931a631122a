import type { Actor } from '../../domain/kernel/index.ts'
import { paymentsDue, sweepPayments } from '../../domain/payment/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'payments.sweep' }

/** Ends payments whose time is up, and asks the provider about invoices whose webhook may be lost. */
export const paymentsSweepJob = defineJob({
  name: 'payments.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: paymentsDue },
  run: async (laku) => {
    await sweepPayments({ units: laku.units, actor, gateway: laku.providers.gateway })
    return undefined
  },
})
