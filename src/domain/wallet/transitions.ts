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
 * While a withdrawal is held, approved or submitted, its money is out of the wallet. The money comes back
 * only when it certainly did not arrive. A bank may send it back days after success, and a provider may
 * report that a failed payout arrived after all. In that case a retry that was approved and not sent is
 * rejected. A withdrawal that the balance at the provider could not cover returns to approved, and is sent
 * again.
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
