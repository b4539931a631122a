import type { Policy, Rupiah } from '../kernel/index.ts'

export interface WithdrawalTerms {
  feeIdr: Rupiah
  /** The part of the withdrawal that is refunded money. */
  refundedIdr: Rupiah
  /** True if the withdrawal's amount is below the minimum of a withdrawal. */
  belowMinimum: boolean
}

type TermsPolicy = Pick<Policy, 'withdrawalFeeIdr' | 'withdrawalMinimumIdr'>

/**
 * Tells whether a wallet's balance is smaller than the minimum of a withdrawal plus its fee. Such a balance
 * may be withdrawn as a whole, without fee and minimum, because it could never be withdrawn otherwise.
 */
export const isRest = (balanceIdr: Rupiah, policy: TermsPolicy): boolean =>
  balanceIdr > 0 && balanceIdr < policy.withdrawalMinimumIdr + policy.withdrawalFeeIdr

/**
 * Returns the fee of a withdrawal, and whether its amount is below the minimum. Fee and minimum apply as soon
 * as the withdrawal takes money that was not refunded. They do not apply to refunded money, or to a whole
 * balance that is too small for both.
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
