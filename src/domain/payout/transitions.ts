import { machineOf, type Transitions } from '../kernel/index.ts'

export type PayoutStatus = 'created' | 'submitted' | 'succeeded' | 'failed' | 'reversed'

/**
 * A bank may send money back days after it took it: succeeded is not the end. What failed is tried under a
 * new payout, and what was never sent fails where an older one turns out to have arrived. A provider may
 * contradict itself: what it said had failed, or had come back, may have arrived after all.
 */
export const payoutTransitions: Transitions<PayoutStatus> = {
  created: ['submitted', 'failed'],
  submitted: ['succeeded', 'failed', 'reversed'],
  succeeded: ['reversed'],
  failed: ['succeeded'],
  reversed: ['succeeded'],
}

export type BankBatchStatus = 'made' | 'handed_out' | 'done' | 'cancelled'

/**
 * Transfers in one file for a bank. Once it is handed out the bank may have it; it is done when the bank has
 * spoken of every line.
 */
export const bankBatchTransitions: Transitions<BankBatchStatus> = {
  made: ['handed_out', 'cancelled'],
  handed_out: ['done', 'cancelled'],
  done: [],
  cancelled: [],
}

export const bankBatchMachine = machineOf('bank batch', 'bankBatches', bankBatchTransitions)

export const payoutMachine = machineOf('payout', 'payouts', payoutTransitions)
