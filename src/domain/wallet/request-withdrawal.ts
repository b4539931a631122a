import { type BankAccount, type Rupiah, requireCustomer, rupiah, type Work } from '../kernel/index.ts'
import { closingOf } from '../user/index.ts'
import { destinationOf } from './destinations.ts'
import { walletErrors } from './errors.ts'
import { holdWithdrawal } from './hold-withdrawal.ts'
import { lockWallets } from './lock-wallets.ts'
import { openWallets } from './open-wallets.ts'
import { getWithdrawal } from './read-withdrawals.ts'
import { refundedMoney } from './refunded-money.ts'
import { withdrawalTerms } from './rules.ts'
import { sendWithdrawals } from './send-withdrawals.ts'
import type { WithdrawalView } from './withdrawal-views.ts'

export interface WithdrawalRequest {
  amountIdr: Rupiah
  bank: BankAccount
  /** When the caller proved by a code to hold their phone; a new account needs it. */
  otpVerifiedAt?: Date | undefined
}

/**
 * A customer takes money out of their wallet. It is held at once; sent at once too where the account is known and the amount
 * small, else when the account is old enough or staff have approved it (policy.withdrawalApprovalAboveIdr). Refunded
 * money leaves free of fee and minimum.
 * @throws wallet.otp_needed, below_minimum, insufficient_balance, account_closing, kernel.bank_account_invalid, payout_channel_unknown, forbidden
 */
export async function requestWithdrawal(work: Work, input: WithdrawalRequest): Promise<WithdrawalView> {
  const userId = requireCustomer(work.actor)
  const amountIdr = rupiah(input.amountIdr)
  if ((await closingOf(work, userId)).since) throw walletErrors.account_closing()
  await openWallets(work, [userId])
  await lockWallets(work, [userId])
  const destination = await destinationOf(work, userId, input.bank, input.otpVerifiedAt)
  const terms = withdrawalTerms(amountIdr, await refundedMoney(work.tx, userId), work.policy)
  if (terms.belowMinimum || amountIdr <= 0) {
    throw walletErrors.below_minimum({ amountIdr, minimumIdr: work.policy.withdrawalMinimumIdr })
  }
  const { feeIdr, refundedIdr } = terms
  const id = await holdWithdrawal(work, { userId, destination, amountIdr, feeIdr, refundedIdr })
  await sendWithdrawals(work, [id])
  return await getWithdrawal(work, id)
}
