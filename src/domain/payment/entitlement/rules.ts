import { proportion, type Rupiah } from '../../kernel/index.ts'
import { paymentErrors } from '../errors.ts'
import { type PaymentStatus, paidStates } from '../transitions.ts'
import type { Parts } from '../wallet-part/rules.ts'

/** The fields of a payment's row that decide what its buyer is due. */
export interface OwnMoney {
  amountIdr: Rupiah
  /**
   * The sum that came in; null until the payment is received. It is less than the amount if the company added
   * the missing rest.
   */
  paidAmountIdr: Rupiah | null
  /** The sum that the card's issuer gave back to the buyer. */
  chargedBackIdr: Rupiah
  /** The sum decided to be returned, as refunds and rebates. */
  returnedIdr: Rupiah
}

/** The sums of one payment that were returned or are on their way back, by the ledger. Rupiah. */
export interface Gone {
  /** The sum in the buyer's wallet or back at its source, less the claims against the buyer. */
  arrivedIdr: Rupiah
  /** The sum decided to go back to the payment's source that has not arrived there yet. */
  underWayIdr: Rupiah
  /** The part of refunds that made good the company's chargeback loss instead of reaching the buyer. */
  lossIdr: Rupiah
  /** The excess that the buyer owes, because the wallet did not hold enough to take it back. */
  claimedIdr: Rupiah
}

const ownIdr = ({ amountIdr, paidAmountIdr }: OwnMoney) => Math.min(amountIdr, paidAmountIdr ?? amountIdr)

/**
 * Returns true if only refunds moved the payment's money: no card issuer took any of it back, and the company
 * added none.
 */
export const isPlain = (payment: OwnMoney): boolean =>
  payment.chargedBackIdr === 0 && ownIdr(payment) === payment.amountIdr

/** Returns the sum of a payment that may still be refunded or given as rebate, whoever owns it. Rupiah. */
export const leftOf = ({ amountIdr, returnedIdr }: Pick<OwnMoney, 'amountIdr' | 'returnedIdr'>): Rupiah =>
  amountIdr - returnedIdr

/**
 * Returns the wallet's part of the first `idr` returned of a payment, in proportion to what the wallet paid.
 */
const ofWallet = ({ amountIdr, walletIdr }: Parts, idr: Rupiah) => proportion(idr, walletIdr, amountIdr)

/**
 * Returns the wallet's part of the next refund, in proportion to what the wallet and the source paid. The
 * part is the wallet's share of everything returned including this refund, less its share before. So any
 * series of refunds gives both parts the right sum to the rupiah. A rebate counts in that series, though all
 * of it goes into the wallet: the source then gets less than it paid, and never more. Rupiah.
 */
export const shareOfWallet = (payment: Parts & Pick<OwnMoney, 'returnedIdr'>, amountIdr: Rupiah): Rupiah =>
  ofWallet(payment, payment.returnedIdr + amountIdr) - ofWallet(payment, payment.returnedIdr)

/**
 * Returns the rest of a payment that is still the buyer's: without the company's share and without the sum
 * that the card's issuer gave back. Rupiah.
 */
export const buyersLeft = (payment: OwnMoney): Rupiah =>
  Math.max(0, ownIdr(payment) - payment.chargedBackIdr - payment.returnedIdr)

/**
 * Returns the sum that the buyer should have from us by now, in whatever order events came. That is the sum
 * decided to be returned, limited so that with the card issuer's payment the buyer gets no more than they
 * paid.
 */
export const dueToBuyer = (payment: OwnMoney): Rupiah =>
  Math.min(payment.returnedIdr, Math.max(0, ownIdr(payment) - payment.chargedBackIdr))

export interface SplitRefund {
  buyerIdr: Rupiah
  /**
   * The part that makes good the company's chargeback loss, because the card's issuer already gave it to the
   * buyer.
   */
  lossIdr: Rupiah
  /** The part that goes back to the company, which had added it to an underpaid payment. */
  subsidyIdr: Rupiah
}

/**
 * Splits a refund or a rebate between buyer and company, given the sums that have `gone` back already.
 * `returnedIdr` includes `amountIdr` already. Rupiah.
 */
export function splitRefund(
  payment: OwnMoney,
  amountIdr: Rupiah,
  gone: Pick<Gone, 'arrivedIdr' | 'underWayIdr' | 'lossIdr'>,
): SplitRefund {
  const openIdr = dueToBuyer(payment) - gone.arrivedIdr - gone.underWayIdr
  const buyerIdr = Math.max(0, Math.min(amountIdr, openIdr))
  const restIdr = amountIdr - buyerIdr
  const lossIdr = Math.min(restIdr, Math.max(0, payment.chargedBackIdr - gone.lossIdr))
  return { buyerIdr, lossIdr, subsidyIdr: restIdr - lossIdr }
}

/**
 * Refuses a refund of a payment that was not received, or one that exceeds what is left after all refunds and
 * rebates. No other rule says what may be refunded.
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
