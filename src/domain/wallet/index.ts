import './events.ts'

export { type AdjustmentView, adjustWallet, type WalletAdjustment } from './adjust-wallet.ts'
export { adoptWithdrawal } from './adopt-withdrawal.ts'
export { walletChecks } from './checks.ts'
export { decideAdjustment, listAdjustments } from './decide-adjustment.ts'
export { approveWithdrawal, rejectUnsent, rejectWithdrawal } from './decide-withdrawal.ts'
export { fingerprintOf, stopDestination, usersOfAccount } from './destinations.ts'
export { walletErrors } from './errors.ts'
export type { WithdrawalNews } from './events.ts'
export { claimWithdrawalsForBank } from './export-withdrawals.ts'
export { followFailed, followReversed, followSubmitted, followSucceeded } from './follow-payouts.ts'
export { type ClosingTo, followClosings, holdClosing } from './hold-closing.ts'
export { limitAccountOf } from './hold-withdrawal.ts'
export { listEntriesOf, listWalletEntries, type WalletEntry, type WalletPage } from './list-wallet-entries.ts'
export { lockWallets } from './lock-wallets.ts'
export { openWallets } from './open-wallets.ts'
export { getWithdrawal, listWithdrawals, type WithdrawalFilter } from './read-withdrawals.ts'
export {
  requestWithdrawal,
  type WithdrawalOffer,
  type WithdrawalRequest,
  withdrawalOffer,
} from './request-withdrawal.ts'
export { requireBalances, type Spending } from './require-balances.ts'
export { retryWithdrawal } from './retry-withdrawal.ts'
export { reviveWithdrawals } from './revive-withdrawals.ts'
export { sweepWithdrawals, withdrawalsDue } from './send-withdrawals.ts'
export {
  type AdjustmentStatus,
  type WithdrawalStatus,
  walletAdjustmentTransitions,
  withdrawalTransitions,
} from './transitions.ts'
export { showWallet, type WalletDetail, type WalletView, walletView } from './wallet-view.ts'
export type { WithdrawalView } from './withdrawal-views.ts'
