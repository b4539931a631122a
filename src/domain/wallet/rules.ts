import type { Policy, Rupiah } from '../kernel/index.ts'

export interface WithdrawalTerms {
  feeIdr: Rupiah
  /** The part of the refunded money that the withdrawal takes. */
  refundedIdr: Rupiah
  /** True where the amount is below the minimum of a withdrawal. */
  belowMinimum: boolean
}

type TermsPolicy = Pick<Policy, 'withdrawalFeeIdr' | 'withdrawalMinimumIdr'>

/**
 * Too little for the least withdrawal and its fee: it may leave as a whole, free of both, for it could never
 * leave otherwise.
 */
export const isRest = (balanceIdr: Rupiah, policy: TermsPolicy): boolean =>
  balanceIdr > 0 && balanceIdr < policy.withdrawalMinimumIdr + policy.withdrawalFeeIdr

/**
 * Refunded money leaves free of fee and minimum, and so does all that is left where it is too little for
 * both; a withdrawal that takes any other money has both.
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
