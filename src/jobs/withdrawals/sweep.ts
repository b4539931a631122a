import type { Actor } from '../../domain/kernel/index.ts'
import { sweepWithdrawals, withdrawalsDue } from '../../domain/wallet/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'withdrawals.sweep' }

/**
 * Sends withdrawals from wallets whose receiving bank account is now old enough. Jobs of the payouts then
 * send the money.
 */
export const withdrawalsSweepJob = defineJob({
  name: 'withdrawals.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: withdrawalsDue },
  run: async (laku) => {
    await sweepWithdrawals({ units: laku.units, actor })
    return undefined
  },
})
