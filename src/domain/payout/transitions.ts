import { machineOf, type Transitions } from '../kernel/index.ts'

export type PayoutStatus = 'created' | 'submitted' | 'succeeded' | 'failed' | 'reversed'

/**
 * The allowed transitions of a payout. A bank may send money back days later, so succeeded is not final. A
 * payout that failed or came back may have arrived after all, because the provider may contradict itself. A
 * payout that was never sent fails if an older payout of its settlement or withdrawal arrived.
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
 * The allowed transitions of a batch of bank transfers. Once its file is handed out, the bank may have it.
 * The batch is done when the bank has confirmed or rejected every line.
 */
export const bankBatchTransitions: Transitions<BankBatchStatus> = {
  made: ['handed_out', 'cancelled'],
  handed_out: ['done', 'cancelled'],
  done: [],
  cancelled: [],
}

export const bankBatchMachine = machineOf('bank batch', 'bankBatches', bankBatchTransitions)

export const payoutMachine = machineOf('payout', 'payouts', payoutTransitions)
