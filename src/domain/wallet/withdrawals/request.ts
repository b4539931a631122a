import { type Rupiah, requireCustomer, requireKnownDatabase, rupiah, type Work } from '../../kernel/index.ts'
import { balanceIdr, walletAccount } from '../../ledger/index.ts'
import type { BankAccount } from '../../ops/index.ts'
import { channelFit, requireFit } from '../../payout/index.ts'
import { closingOf } from '../../user/index.ts'
import { ensureWallets } from '../ensure-wallets.ts'
import { walletErrors } from '../errors.ts'
import { lockWallets } from '../lock.ts'
import { isRest, withdrawalTerms } from '../rules.ts'
import { destinationOf } from './destinations.ts'
import { holdWithdrawal } from './hold.ts'
import { getWithdrawal } from './read.ts'
import { refundedMoney } from './refunded-money.ts'
import { sendWithdrawals } from './send.ts'
import type { WithdrawalView } from './views.ts'

export interface WithdrawalRequest {
  amountIdr: Rupiah
  bank: BankAccount
  /**
   * The time at which the caller proved, with a code, that they hold the account's phone; needed for a new
   * bank account.
   */
  otpVerifiedAt?: Date | undefined
}

/**
 * Requests a withdrawal from the customer's wallet. The money is held at once. If the bank account is known
 * and the amount is small, the money is also sent at once. To a new bank account, the money is sent only
 * after `policy.newDestinationHours`. An amount above policy.withdrawalApprovalAboveIdr must first be
 * approved by staff.
 * @throws payout.outside_channel_limits, wallet.otp_needed, below_minimum, insufficient_balance,
 * account_closing, kernel.bank_account_invalid, payout_channel_unknown, forbidden, kernel.database_in_doubt
 */
export async function requestWithdrawal(work: Work, input: WithdrawalRequest): Promise<WithdrawalView> {
  await requireKnownDatabase(work.tx)
  const userId = requireCustomer(work.actor)
  const amountIdr = rupiah(input.amountIdr)
  if ((await closingOf(work, userId)).since) throw walletErrors.account_closing()
  await ensureWallets(work, [userId])
  await lockWallets(work, [userId])
  const destination = await destinationOf(work, userId, input.bank, input.otpVerifiedAt)
  const money = await moneyOf(work, userId)
  const terms = withdrawalTerms(amountIdr, money, work.policy)
  if (terms.belowMinimum || amountIdr <= 0) {
    const { balanceIdr } = money
    const all = isRest(balanceIdr, work.policy) && { allIdr: balanceIdr }
    throw walletErrors.below_minimum({ amountIdr, minimumIdr: work.policy.withdrawalMinimumIdr, ...all })
  }
  // The provider's channel has a minimum and a maximum. If the amount is below the minimum, staff send the
  // money from the company's bank. If the amount is above the maximum, the withdrawal is refused. The user
  // must then choose another bank account or a smaller amount.
  const { fit } = await channelFit(work.tx, destination, amountIdr)
  if (fit === 'above') await requireFit(work.tx, destination, amountIdr)
  const { feeIdr, refundedIdr } = terms
  const id = await holdWithdrawal(work, { userId, destination, amountIdr, feeIdr, refundedIdr })
  await sendWithdrawals(work, [id])
  return await getWithdrawal(work, id)
}

async function moneyOf(work: Work, userId: string): Promise<{ balanceIdr: Rupiah; refundedIdr: Rupiah }> {
  return {
    balanceIdr: await balanceIdr(work.tx, walletAccount(userId)),
    refundedIdr: await refundedMoney(work.tx, userId),
  }
}

export interface WithdrawalOffer {
  balanceIdr: Rupiah
  /** The refunded money in the wallet, which is withdrawn without fee and minimum. */
  freeIdr: Rupiah
  /**
   * The smallest amount of a withdrawal, unless it takes only refunded money. The wallet pays the fee
   * (`feeIdr`) in addition.
   */
  minimumIdr: Rupiah
  feeIdr: Rupiah
  /** The largest amount that the caller can withdraw. The fee is already deducted. */
  mostIdr: Rupiah
  /**
   * True if the wallet's balance is below the minimum plus the fee. Then the whole balance can be withdrawn
   * in one withdrawal, without fee and minimum.
   */
  allLeaves: boolean
}

/**
 * Returns the amounts that the caller may withdraw, and the fee of a withdrawal.
 * @throws kernel.forbidden
 */
export async function withdrawalOffer(work: Work): Promise<WithdrawalOffer> {
  const userId = requireCustomer(work.actor)
  const { balanceIdr: balance, refundedIdr } = await moneyOf(work, userId)
  const { withdrawalMinimumIdr: minimumIdr, withdrawalFeeIdr: feeIdr } = work.policy
  const allLeaves = isRest(balance, work.policy)
  const paidIdr = balance - feeIdr
  const mostIdr = allLeaves || balance === refundedIdr ? balance : Math.max(refundedIdr, paidIdr)
  return { balanceIdr: balance, freeIdr: refundedIdr, minimumIdr, feeIdr, mostIdr, allLeaves }
}
