import './events.ts'

export { type AdjustmentView, adjustWallet, type WalletAdjustment } from './adjustments/adjust.ts'
export { decideAdjustment, listAdjustments } from './adjustments/decide.ts'
export { adoptWithdrawal } from './adopt-withdrawal.ts'
export { walletChecks } from './checks.ts'
export { ensureWallets } from './ensure-wallets.ts'
export { walletErrors } from './errors.ts'
export type { WithdrawalEventPayload } from './events.ts'
export { listEntriesOf, listWalletEntries, type WalletEntry, type WalletPage } from './list-entries.ts'
export { lockWallets } from './lock.ts'
export { requireBalances, type Spending } from './require-balances.ts'
export {
  type AdjustmentStatus,
  type WithdrawalStatus,
  walletAdjustmentTransitions,
  withdrawalTransitions,
} from './transitions.ts'
export { showWallet, type WalletDetail, type WalletView, walletView } from './view.ts'
export {
  markWithdrawalsFailed,
  markWithdrawalsReversed,
  markWithdrawalsSubmitted,
  markWithdrawalsSucceeded,
} from './withdrawals/apply-payout-results.ts'
export { approveWithdrawal, rejectUnsent, rejectWithdrawal } from './withdrawals/decide.ts'
export { fingerprintOf, stopDestination, usersOfAccount } from './withdrawals/destinations.ts'
export { claimWithdrawalsForBank } from './withdrawals/export.ts'
export { limitAccountOf } from './withdrawals/hold.ts'
export { type ClosingTo, holdClosing, scheduleErasure } from './withdrawals/hold-closing.ts'
export { getWithdrawal, listWithdrawals, type WithdrawalFilter } from './withdrawals/read.ts'
export {
  requestWithdrawal,
  type WithdrawalOffer,
  type WithdrawalRequest,
  withdrawalOffer,
} from './withdrawals/request.ts'
export { retryWithdrawal } from './withdrawals/retry.ts'
export { reviveWithdrawals } from './withdrawals/revive.ts'
export { sweepWithdrawals, withdrawalsDue } from './withdrawals/send.ts'
export type { WithdrawalView } from './withdrawals/views.ts'
