import type { Policy, Rupiah } from '../kernel/index.ts'

export interface WithdrawalTerms {
  feeIdr: Rupiah
  /** The part of the wallet's refunded money that the withdrawal takes. */
  refundedIdr: Rupiah
  /** True where the amount is below the minimum of a withdrawal. */
  belowMinimum: boolean
}

type TermsPolicy = Pick<Policy, 'withdrawalFeeIdr' | 'withdrawalMinimumIdr'>

/**
 * Tells whether a balance is a small rest: below the minimum of a withdrawal plus its fee. Such a rest may be
 * withdrawn as a whole, without fee and minimum, because it could never be withdrawn otherwise.
 */
export const isRest = (balanceIdr: Rupiah, policy: TermsPolicy): boolean =>
  balanceIdr > 0 && balanceIdr < policy.withdrawalMinimumIdr + policy.withdrawalFeeIdr

/**
 * Returns the fee of a withdrawal, and whether its amount is below the minimum. Refunded money has neither
 * fee nor minimum, and neither has the whole balance if it is too small for both. A withdrawal that takes any
 * other money has both.
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
