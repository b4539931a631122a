import { proportion, type Rupiah } from '../../kernel/index.ts'
import { paymentErrors } from '../errors.ts'
import { type PaymentStatus, paidStates } from '../transitions.ts'
import type { Parts } from '../wallet-part/rules.ts'

/** The fields of a payment that decide how much of its money belongs to its buyer. */
export interface OwnMoney {
  amountIdr: Rupiah
  /**
   * The sum that the buyer paid; null until the payment is received. It is below the payment's amount if the
   * buyer paid too little and the company added the rest.
   */
  paidAmountIdr: Rupiah | null
  /** The sum that the card issuer took from the shop and gave back to the buyer (chargeback). */
  chargedBackIdr: Rupiah
  /** The sum of the refunds and rebates decided for this payment, sent or not. */
  returnedIdr: Rupiah
}

/** The sums of one payment that laku returned or is returning to its buyer, read from the ledger. Rupiah. */
export interface Gone {
  /** The sum that reached the buyer's wallet, or the bank or card that paid, less what the buyer owes. */
  arrivedIdr: Rupiah
  /** The refunded sum that is on its way to the bank, card or e-wallet that paid. */
  underWayIdr: Rupiah
  /** The part of refunds that did not go to the buyer but covered the company's loss by a chargeback. */
  lossIdr: Rupiah
  /** The sum that the buyer got too much and owes, because the wallet had too little to take it back. */
  claimedIdr: Rupiah
  /**
   * The part of what the buyer owed, or was refunded too much by the provider, that the company wrote off.
   * The buyer has that money.
   */
  writtenOffIdr: Rupiah
  /**
   * The sum that the provider refunded beyond what laku asked for, and that lies in suspense. It is taken out
   * of the wallet again when more of the payment goes there.
   */
  surplusIdr: Rupiah
}

const ownIdr = ({ amountIdr, paidAmountIdr }: OwnMoney) => Math.min(amountIdr, paidAmountIdr ?? amountIdr)

/**
 * Returns true if a payment has neither a chargeback nor a sum added by the company.
 */
export const isPlain = (payment: OwnMoney): boolean =>
  payment.chargedBackIdr === 0 && ownIdr(payment) === payment.amountIdr

/** Returns the sum of a payment that may still be refunded or given as a rebate. Rupiah. */
export const leftOf = ({ amountIdr, returnedIdr }: Pick<OwnMoney, 'amountIdr' | 'returnedIdr'>): Rupiah =>
  amountIdr - returnedIdr

/**
 * Returns the part of `idr` that goes into the wallet. `idr` is the sum of a payment's refunds. The part
 * is in proportion to what the wallet paid of the payment.
 */
const ofWallet = ({ amountIdr, walletIdr }: Parts, idr: Rupiah) => proportion(idr, walletIdr, amountIdr)

/**
 * Returns the part (rupiah) of a payment's next refund that goes into the wallet. First the wallet's part of
 * all refunds including this one is calculated, in proportion to what the wallet paid. Then the wallet's part
 * of the earlier refunds is subtracted. So rounding errors do not add up over several refunds.
 */
export const shareOfWallet = (payment: Parts & Pick<OwnMoney, 'returnedIdr'>, amountIdr: Rupiah): Rupiah =>
  ofWallet(payment, payment.returnedIdr + amountIdr) - ofWallet(payment, payment.returnedIdr)

/**
 * Returns the rest of a payment that still belongs to the buyer. The sum that the company added, and the sum
 * that the card issuer gave back, are not part of it. Rupiah.
 */
export const buyersLeft = (payment: OwnMoney): Rupiah =>
  Math.max(0, ownIdr(payment) - payment.chargedBackIdr - payment.returnedIdr)

/**
 * Returns the sum that the buyer should have got back from laku by now. Normally this is the sum of the
 * refunds and rebates decided. The result is smaller if refunds and chargebacks together would exceed what
 * the buyer paid. It is below zero if the card issuer gave back more than the payment's own sum. Then the
 * buyer owes laku money. For example, laku put a surplus into the wallet, and the card issuer gave the
 * surplus back as well.
 */
export const dueToBuyer = (payment: OwnMoney): Rupiah =>
  Math.min(payment.returnedIdr, ownIdr(payment) - payment.chargedBackIdr)

export interface SplitRefund {
  buyerIdr: Rupiah
  /**
   * The part of a refund that covers the company's loss by a chargeback: the card issuer already gave it to
   * the buyer.
   */
  lossIdr: Rupiah
  /**
   * The part of a refund that goes back to the company, because the company had added it to an underpaid
   * payment.
   */
  subsidyIdr: Rupiah
}

/**
 * Splits a refund or a rebate (`amountIdr`, rupiah) into the buyer's part and the company's part. The company
 * keeps a part if the buyer already has all the money that is theirs. `gone` are the sums that were returned
 * earlier. The payment's `returnedIdr` already includes `amountIdr`.
 */
export function splitRefund(
  payment: OwnMoney,
  amountIdr: Rupiah,
  gone: Omit<Gone, 'claimedIdr' | 'surplusIdr'>,
): SplitRefund {
  // If the company wrote off a buyer's debt, the buyer keeps that money. So it counts as money that the buyer
  // already has.
  const openIdr = dueToBuyer(payment) - gone.arrivedIdr - gone.writtenOffIdr - gone.underWayIdr
  const buyerIdr = Math.max(0, Math.min(amountIdr, openIdr))
  const restIdr = amountIdr - buyerIdr
  const lossIdr = Math.min(restIdr, Math.max(0, payment.chargedBackIdr - gone.lossIdr))
  return { buyerIdr, lossIdr, subsidyIdr: restIdr - lossIdr }
}

/**
 * Refuses a refund of a payment that was not received, or of more than is left after all its refunds and
 * rebates. No other code decides this.
 * @throws payment.not_refundable, over_refunded
 */
export function requireRefundable(
  payment: { id: string; code: string; status: PaymentStatus },
  amountIdr: Rupiah,
  leftIdr: Rupiah,
): void {
  const { id: paymentId, code, status } = payment
  if (!paidStates.includes(status)) throw paymentErrors.not_refundable({ paymentId, code, status })
  if (amountIdr <= 0 || amountIdr > leftIdr)
    throw paymentErrors.over_refunded({ paymentId, code, amountIdr, leftIdr })
}
