import { machineOf, statesBefore, type Transitions } from '../kernel/index.ts'

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
 * The money returns to the wallet only when it certainly did not arrive. Success and failure are not always
 * final: a bank may send money back days later, and a failed payout may arrive after all. If laku's balance
 * at the provider was too small, the withdrawal returns to approved and is sent again.
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

/** The states of a withdrawal that was not sent: it can still be rejected. */
export const unsentWithdrawalStates: readonly WithdrawalStatus[] = statesBefore(
  withdrawalTransitions,
  'rejected',
)

/** The states of a withdrawal whose money has left the wallet and has not yet arrived. */
export const pendingWithdrawalStates: readonly WithdrawalStatus[] = [...unsentWithdrawalStates, 'submitted']

/**
 * The states of a withdrawal that was approved but not yet paid. It waits to be sent, or its payout is under
 * way.
 */
export const payingWithdrawalStates: readonly WithdrawalStatus[] = ['approved', 'submitted']

/** The states of a withdrawal whose money has left the wallet. The money may have arrived or not. */
export const debitedWithdrawalStates: readonly WithdrawalStatus[] = [...pendingWithdrawalStates, 'succeeded']

/** The states of a withdrawal that the provider or the bank has, or has paid. */
export const sentWithdrawalStates: readonly WithdrawalStatus[] = ['submitted', 'succeeded']

/** The states of a withdrawal whose payout failed or came back. */
export const failedWithdrawalStates: readonly WithdrawalStatus[] = ['failed', 'reversed']

/**
 * The states of a withdrawal whose failed or returned payout may arrive after all. `approved` is one of these
 * states, because such a withdrawal may wait to be sent a second time.
 */
export const revivableWithdrawalStates: readonly WithdrawalStatus[] = [...failedWithdrawalStates, 'approved']

/** The states of a withdrawal whose money is back in the wallet. */
export const returnedWithdrawalStates: readonly WithdrawalStatus[] = [...failedWithdrawalStates, 'rejected']

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

/** The states of a withdrawal that was let go at some time, by staff or within the limits. */
export const letGoWithdrawalStates: readonly WithdrawalStatus[] = [
  ...payingWithdrawalStates,
  'succeeded',
  ...failedWithdrawalStates,
]
