import './events.ts'

export { adjustWallet, type WalletAdjustment } from './adjustments/adjust.ts'
export { decideAdjustment, listAdjustments } from './adjustments/decide.ts'
export { adoptWithdrawal, adoptWithdrawalTransfer } from './adopt-withdrawal.ts'
export { walletChecks } from './checks.ts'
export { ensureWallets } from './ensure-wallets.ts'
export { walletErrors } from './errors.ts'
export { listWalletEntries } from './list-entries.ts'
export { lockWallets } from './lock.ts'
export { requireBalances } from './require-balances.ts'
export { requireSpendable } from './require-spendable.ts'
export {
  debitedWithdrawalStates,
  payingWithdrawalStates,
  pendingWithdrawalStates,
  unsentWithdrawalStates,
  type WithdrawalStatus,
  withdrawalTransitions,
} from './transitions.ts'
export { walletView } from './view.ts'
export {
  lockPaidWithdrawals,
  markWithdrawalsFailed,
  markWithdrawalsReversed,
  markWithdrawalsSubmitted,
  markWithdrawalsSucceeded,
} from './withdrawals/apply-payout-results.ts'
export { arriveByHand } from './withdrawals/arrive-by-hand.ts'
export { correctBankReference } from './withdrawals/correct-reference.ts'
export { approveWithdrawal, rejectClosing, rejectUnsent, rejectWithdrawal } from './withdrawals/decide.ts'
export { fingerprintOf, NEVER, stopDestination, usersOfAccount } from './withdrawals/destinations.ts'
export { claimWithdrawalsForBank } from './withdrawals/export.ts'
export { type ClosingTo, holdClosing, scheduleErasure } from './withdrawals/hold-closing.ts'
export { holdWithdrawalsOfSuspended, releaseWithdrawals } from './withdrawals/hold-suspended.ts'
export { getWithdrawal, listWithdrawals } from './withdrawals/read.ts'
export {
  requestWithdrawal,
  type WithdrawalRequest,
  withdrawalOffer,
} from './withdrawals/request.ts'
export { retryWithdrawal } from './withdrawals/retry.ts'
export { returnByHand } from './withdrawals/return-by-hand.ts'
export { reviveWithdrawals } from './withdrawals/revive.ts'
export { sweepWithdrawals, withdrawalsDue } from './withdrawals/send.ts'
export type { WithdrawalView } from './withdrawals/views.ts'
