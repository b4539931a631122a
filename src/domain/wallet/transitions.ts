import { machineOf, type Transitions } from '../kernel/index.ts'

export type WithdrawalStatus =
  | 'held'
  | 'approved'
  | 'submitted'
  | 'succeeded'
  | 'failed'
  | 'reversed'
  | 'rejected'

/**
 * The money is out of the wallet while it is held, approved or submitted, and comes back only when it is
 * certain that it did not arrive. A bank may send it back days after its success, and a provider may
 * contradict itself: what had failed arrived after all. Then a retry of it that was approved and not sent is
 * rejected. One that the balance at the provider did not reach for goes back to approved, and is sent again.
 */
export const withdrawalTransitions: Transitions<WithdrawalStatus> = {
  held: ['approved', 'rejected'],
  approved: ['submitted', 'rejected', 'succeeded'],
  submitted: ['succeeded', 'failed', 'approved'],
  succeeded: ['reversed'],
  failed: ['succeeded'],
  reversed: ['succeeded'],
  rejected: [],
}

export const withdrawalMachine = machineOf('withdrawal', 'withdrawals', withdrawalTransitions)

export type AdjustmentStatus = 'requested' | 'posted' | 'rejected'

/** Below the limit it is posted at once; above it another person posts or rejects it. */
export const walletAdjustmentTransitions: Transitions<AdjustmentStatus> = {
  requested: ['posted', 'rejected'],
  posted: [],
  rejected: [],
}

export const walletAdjustmentMachine = machineOf(
  'wallet adjustment',
  'walletAdjustments',
  walletAdjustmentTransitions,
)
