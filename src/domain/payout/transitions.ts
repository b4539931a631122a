import { machineOf, type Transitions } from '../kernel/index.ts'

export type PayoutStatus = 'created' | 'submitted' | 'succeeded' | 'failed' | 'reversed'

/** A bank may send money back days after it took it: succeeded is not the end. What failed is tried under a new payout. */
export const payoutTransitions: Transitions<PayoutStatus> = {
  created: ['submitted'],
  submitted: ['succeeded', 'failed', 'reversed'],
  succeeded: ['reversed'],
  failed: [],
  reversed: [],
}

export const payoutMachine = machineOf('payout', 'payouts', payoutTransitions)
