import type { Actor } from '../../domain/kernel/index.ts'
import { sweepWithdrawals, withdrawalsDue } from '../../domain/wallet/index.ts'
import { defineJob } from '../define-job.ts'

const actor: Actor = { kind: 'system', name: 'withdrawals.sweep' }

/**
 * Approves withdrawals from wallets, and creates their payouts. A withdrawal is approved as soon as
 * withdrawals to its bank account are allowed; a newly added account must wait. Other jobs then send the
 * payouts' money.
 */
export const withdrawalsSweepJob = defineJob({
  name: 'withdrawals.sweep',
  batchSize: 1,
  retryLimit: 0,
  needsKnownDatabase: true,
  sweep: { due: withdrawalsDue },
  run: async (laku) => {
    await sweepWithdrawals({ unitOfWork: laku.unitOfWork, actor })
    return undefined
  },
})
