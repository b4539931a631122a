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
 * The state changes of a withdrawal. While it is held, approved or submitted, its money is out of the wallet.
 * The money returns to the wallet only when it certainly did not arrive. A bank may send it back days after
 * success, and a failed payout may have arrived after all. If the balance at the provider was too small, the
 * withdrawal returns to approved and is sent again.
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

/**
 * The state changes of a wallet adjustment. An adjustment below the limit is posted at once; above the limit
 * a second approver posts or rejects it.
 */
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
