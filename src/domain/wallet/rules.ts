import type { Policy, Rupiah } from '../kernel/index.ts'

export interface WithdrawalTerms {
  feeIdr: Rupiah
  /**
   * The part of the withdrawal's amount that is refunded money: money that came into the wallet as a refund.
   */
  refundedIdr: Rupiah
  /** True if the withdrawal's amount is below the minimum of a withdrawal. */
  belowMinimum: boolean
}

type TermsPolicy = Pick<Policy, 'withdrawalFeeIdr' | 'withdrawalMinimumIdr'>

/**
 * Tells whether a wallet's balance is smaller than the minimum of a withdrawal plus its fee. Without an
 * exception, such a balance could never be withdrawn. So it may be withdrawn as a whole, without fee and
 * minimum.
 */
export const isRest = (balanceIdr: Rupiah, policy: TermsPolicy): boolean =>
  balanceIdr > 0 && balanceIdr < policy.withdrawalMinimumIdr + policy.withdrawalFeeIdr

/**
 * Returns the fee of a withdrawal, and whether its amount is below the minimum. A withdrawal of refunded
 * money only has no fee and no minimum. The same is true for a whole balance that is smaller than the minimum
 * plus the fee. All other withdrawals have both.
 */
export function withdrawalTerms(
  amountIdr: Rupiah,
  { balanceIdr, refundedIdr }: { balanceIdr: Rupiah; refundedIdr: Rupiah },
  policy: TermsPolicy,
): WithdrawalTerms {
  if (amountIdr <= refundedIdr) return { feeIdr: 0, refundedIdr: amountIdr, belowMinimum: false }
  if (amountIdr === balanceIdr && isRest(balanceIdr, policy))
    return { feeIdr: 0, refundedIdr, belowMinimum: false }
  const feeIdr = policy.withdrawalFeeIdr
  return { feeIdr, refundedIdr, belowMinimum: amountIdr < policy.withdrawalMinimumIdr }
}
