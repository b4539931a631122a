import { proportion, type Rupiah } from '../../kernel/index.ts'
import { paymentErrors } from '../errors.ts'
import { type PaymentStatus, paidStates } from '../transitions.ts'
import type { Parts } from '../wallet-part/rules.ts'

/** The fields of a payment's row that decide what its buyer is due. */
export interface OwnMoney {
  amountIdr: Rupiah
  /**
   * The sum that came in; null before that. The sum is less than the amount where the company put the rest to
   * it.
   */
  paidAmountIdr: Rupiah | null
  /** The sum that the card's issuer gave back to the buyer. */
  chargedBackIdr: Rupiah
  /** Decided to go back, as refunds and rebates. */
  returnedIdr: Rupiah
}

/** The sums that have gone of a payment by the ledger. Rupiah. */
export interface Gone {
  /** The sum in the buyer's wallet or back at its source, less the claims against the buyer. */
  arrivedIdr: Rupiah
  /** Decided for its source, and not there yet. */
  underWayIdr: Rupiah
  /** Made good of what the card's issuer took back. */
  lossIdr: Rupiah
  /** Too much, and not there to be taken back: the buyer owes it. */
  claimedIdr: Rupiah
}

const ownIdr = ({ amountIdr, paidAmountIdr }: OwnMoney) => Math.min(amountIdr, paidAmountIdr ?? amountIdr)

/**
 * True where only the payment's refunds moved its money: no card issuer took any of it back, and the company
 * added none.
 */
export const isPlain = (payment: OwnMoney): boolean =>
  payment.chargedBackIdr === 0 && ownIdr(payment) === payment.amountIdr

/** Returns the sum of a payment that may still be refunded or given as rebate, whoever owns it. Rupiah. */
export const leftOf = ({ amountIdr, returnedIdr }: Pick<OwnMoney, 'amountIdr' | 'returnedIdr'>): Rupiah =>
  amountIdr - returnedIdr

/**
 * Returns the wallet's part of the first `idr` of a payment that go back, in proportion to what the wallet
 * paid.
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
 * decided, limited so that with the card issuer's part the buyer gets no more than they paid.
 */
export const dueToBuyer = (payment: OwnMoney): Rupiah =>
  Math.min(payment.returnedIdr, Math.max(0, ownIdr(payment) - payment.chargedBackIdr))

export interface SplitRefund {
  buyerIdr: Rupiah
  /** Makes good what the card's issuer took back. */
  lossIdr: Rupiah
  /** Comes back to the company, which put it to a payment that came short. */
  subsidyIdr: Rupiah
}

/**
 * Splits a refund or a rebate between owners, after the sums that have `gone` already. `returnedIdr` includes
 * `amountIdr` already. Rupiah.
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
 * The one rule of what may be refunded: of a payment that was received, and with all refunds and rebates no
 * more than it was.
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
