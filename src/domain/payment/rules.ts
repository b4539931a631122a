import {
  QRIS_REFUND_ISSUERS,
  qrisIssuer,
  REFUND_CHANNELS,
  REFUND_REFUSALS,
} from '../../providers/xendit/facts.ts'
import type { Policy, Rupiah } from '../kernel/index.ts'
import { shareOfWallet } from './entitlement/rules.ts'
import type { GatewayInvoice } from './gateway.ts'

const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * HOUR_MS

/**
 * Returns the channel whose refund rules apply to an invoice. A card or QR payment has one channel, whatever
 * bank or app was behind it.
 */
export function channelOf(invoice: Pick<GatewayInvoice, 'paymentMethod' | 'paymentChannel'>): string | null {
  if (invoice.paymentMethod === 'CREDIT_CARD') return 'CREDIT_CARD'
  if (invoice.paymentMethod === 'QR_CODE' || invoice.paymentMethod === 'QRIS') return 'QRIS'
  return invoice.paymentChannel ?? null
}

export type RefundDestination = 'source' | 'wallet'

export interface PaidBy {
  method: string
  channel: string | null
  /**
   * The app or bank from which a QRIS payment came, by the provider's name for it; null if the provider did
   * not say.
   */
  paymentSource: string | null
  paidAt: Date | null
  amountIdr: Rupiah
  /** The part of the payment's amount that was paid from the wallet. */
  walletIdr: Rupiah
  /**
   * The sum that came in, including the wallet's part. Staff may accept a sum that differs from the payment's
   * amount. Then all refunds go into the wallet.
   */
  paidAmountIdr: Rupiah | null
  /**
   * The sum of the payment that the card's issuer took back (chargeback). If it is above 0, all refunds go
   * into the wallet.
   */
  chargedBackIdr: Rupiah
  /**
   * The sum that the provider refunded beyond what laku asked for. If it is above 0, all refunds go into the
   * wallet: only there can laku give less than the refund.
   */
  surplusIdr?: Rupiah
}

export interface RefundWay {
  destination: RefundDestination
  /** The earliest time at which the payment's source accepts the refund; null if it accepts it now. */
  notBefore: Date | null
}

const toWallet: RefundWay = { destination: 'wallet', notBefore: null }

/**
 * Decides where a refund of `sourceIdr` goes at `now`: back to the bank, card or e-wallet that paid, or into
 * the wallet. `sourceIdr` is the part that was paid by invoice. The provider's refund rules decide, unless
 * the contract with the provider differs (`policy.refundChannels`). If laku does not know that a QRIS app
 * accepts refunds, the refund goes into the wallet.
 */
export function refundWay(
  payment: PaidBy,
  sourceIdr: Rupiah,
  { now, policy }: { now: Date; policy: Pick<Policy, 'refundChannels'> },
): RefundWay {
  const { method, channel, paidAt } = payment
  if (method !== 'invoice' || !channel || !paidAt || payment.paidAmountIdr !== payment.amountIdr)
    return toWallet
  if (payment.chargedBackIdr > 0 || (payment.surplusIdr ?? 0) > 0) return toWallet
  const own = policy.refundChannels[channel]
  const rule = own === undefined ? REFUND_CHANNELS[channel] : own || undefined
  const isWhole = sourceIdr === payment.amountIdr - payment.walletIdr
  if (!rule || (!rule.parts && !isWhole)) return toWallet
  const ageMs = now.getTime() - paidAt.getTime()
  if (ageMs >= rule.days * DAY_MS) return toWallet
  if (channel !== 'QRIS') return { destination: 'source', notBefore: null }
  const issuer = QRIS_REFUND_ISSUERS[qrisIssuer(payment.paymentSource ?? '')]
  if (!issuer) return toWallet
  const waitMs = isWhole ? issuer.wholeAfterHours * HOUR_MS : 0
  const notBefore = ageMs < waitMs ? new Date(paidAt.getTime() + waitMs) : null
  return { destination: 'source', notBefore }
}

export interface WaysBack {
  /**
   * The part of the refund that goes back to the source of the payment; 0 if that source accepts no refund.
   */
  sourceIdr: Rupiah
  /** The earliest time at which the payment's source accepts the refund; null if it accepts it now. */
  notBefore: Date | null
  walletIdr: Rupiah
}

/**
 * Splits a refund of `amountIdr` between wallet and source, in proportion to the sum that each of them paid.
 * Earlier refunds of the payment are counted. If the source accepts no refund, all of it goes into the
 * wallet.
 */
export function waysBack(
  payment: PaidBy & { returnedIdr: Rupiah },
  amountIdr: Rupiah,
  context: { now: Date; policy: Pick<Policy, 'refundChannels'> },
): WaysBack {
  const walletIdr = shareOfWallet(payment, amountIdr)
  const sourceIdr = amountIdr - walletIdr
  const { destination, notBefore } = refundWay(payment, sourceIdr, context)
  return sourceIdr === 0 || destination === 'wallet'
    ? { sourceIdr: 0, notBefore: null, walletIdr: amountIdr }
    : { sourceIdr, notBefore, walletIdr }
}

/**
 * After this many failures without a known reason, a refund is not sent again, because its channel would fail
 * it again.
 */
const MAX_FAILURES = 3

export type AfterRefusal =
  /** The refund goes into the buyer's wallet, because the provider would refuse it again. */
  | 'wallet'
  /**
   * The refund is sent again later under a new idempotency key, once the balance suffices. This does not
   * count as a failure.
   */
  | 'balance'
  /** The refund failed, and is sent again later under a new idempotency key. */
  | 'retry'
  /** The refund is not sent again automatically: a person decides. */
  | 'person'

/**
 * Decides the next step after the provider definitely refused or failed a refund. `failures` counts the
 * refund's failures, including this one. The failure code REFUND_FAILED names no cause, so the refund is sent
 * again twice and then goes to the wallet. If laku does not know the failure code, the refund is sent again
 * twice, and then a person decides. A person also decides if the code says that the money may have been sent
 * already.
 */
export function afterRefusal(failureCode: string, failures: number): AfterRefusal {
  const known = REFUND_REFUSALS[failureCode]
  if (known === 'never') return 'wallet'
  if (known === 'balance') return 'balance'
  if (known === 'taken') return 'person'
  if (known === 'later' || known === 'account') return 'retry'
  if (failures < MAX_FAILURES) return 'retry'
  return failureCode === 'REFUND_FAILED' ? 'wallet' : 'person'
}

interface TakenBack {
  paymentId: string | null
  amountIdr: Rupiah
}

/**
 * Matches a chargeback in the provider's transaction list with the booked chargebacks. Returns `known` if its
 * id is booked. Otherwise returns the chargeback that staff reported with the same payment and amount.
 * Returns `ask` if staff reported only other amounts for the payment. Returns `new` if they reported no
 * chargeback of it. A line with the id under which staff reported it does not come here: `followTold` books
 * it.
 */
export function matchChargeback<
  T extends TakenBack & { providerTransactionId: string | null; isInSuspense?: boolean },
>(line: TakenBack & { transactionId: string }, booked: readonly T[]): 'known' | 'new' | 'ask' | T {
  if (booked.some((otherLine) => otherLine.providerTransactionId === line.transactionId)) return 'known'
  const told = booked.filter((line) => line.providerTransactionId === null)
  const ofPayment = told.filter(
    (otherLine) =>
      line.paymentId !== null && otherLine.paymentId === line.paymentId && !otherLine.isInSuspense,
  )
  const same = ofPayment.find((candidate) => candidate.amountIdr === line.amountIdr)
  return same ?? (ofPayment.length > 0 ? 'ask' : 'new')
}

/**
 * The codes with which the provider refuses an invoice for good: it never accepts this amount or currency.
 */
const neverPayable: ReadonlySet<string> = new Set([
  'MINIMAL_TRANSFER_AMOUNT_ERROR',
  'MAXIMUM_TRANSFER_AMOUNT_ERROR',
  'UNSUPPORTED_CURRENCY',
])

/**
 * Returns true if the provider's refusal to make an invoice ends the payment. Otherwise the payment waits for
 * the provider or for staff.
 */
export const isRefusedForGood = (code: string): boolean => neverPayable.has(code)

/**
 * Returns the lifetime of a payment's invoice: the seconds until the payment expires, rounded down to whole
 * seconds.
 */
export function secondsLeft(expiresAt: Date, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / 1000)
}
