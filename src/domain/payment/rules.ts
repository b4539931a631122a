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
   * The app or bank from which a QRIS payment came, as the provider names it; null if the provider did not
   * say.
   */
  paymentSource: string | null
  paidAt: Date | null
  amountIdr: Rupiah
  /** The part of the amount that was paid from the wallet. */
  walletIdr: Rupiah
  /**
   * The sum that came in, including the wallet's part. If staff accepted another amount, the provider's
   * refund rules no longer fit.
   */
  paidAmountIdr: Rupiah | null
  /** The sum that the card's issuer took back; the provider refunds nothing besides it. */
  chargedBackIdr: Rupiah
}

export interface RefundWay {
  destination: RefundDestination
  /** The earliest time at which the source accepts the refund; null if it accepts it now. */
  notBefore: Date | null
}

const toWallet: RefundWay = { destination: 'wallet', notBefore: null }

/**
 * Decides where a refund of `sourceIdr`, paid by invoice, goes at `now`. The refund goes back to where the
 * money came from, or to the wallet if that is impossible. The provider's refund rules decide, unless the
 * account's contract differs (`policy.refundChannels`). A QRIS app that is not known to accept refunds gets
 * none.
 */
export function refundWay(
  payment: PaidBy,
  sourceIdr: Rupiah,
  { now, policy }: { now: Date; policy: Pick<Policy, 'refundChannels'> },
): RefundWay {
  const { method, channel, paidAt } = payment
  if (method !== 'invoice' || !channel || !paidAt || payment.paidAmountIdr !== payment.amountIdr)
    return toWallet
  if (payment.chargedBackIdr > 0) return toWallet
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
  /** The part that goes back to where the money came from; 0 if that source accepts no refund. */
  sourceIdr: Rupiah
  /** The earliest time at which the source accepts the refund; null if it accepts it now. */
  notBefore: Date | null
  walletIdr: Rupiah
}

/**
 * Splits a refund of `amountIdr`, after earlier returns, between wallet and source in proportion to what each
 * paid. All of it goes into the wallet if the source accepts none.
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
 * The number of failures for no stated reason that end the retries of a refund: its channel will fail it
 * again.
 */
const MAX_FAILURES = 3

export type AfterRefusal =
  /** The refund goes into the buyer's wallet, because the provider would refuse it again. */
  | 'wallet'
  /** The refund is sent again later under a new idempotency key; this does not count as a failure. */
  | 'balance'
  /** The refund is sent again later under a new idempotency key. */
  | 'retry'
  /** No further automatic attempt: a person decides. */
  | 'person'

/**
 * Decides what follows a definite refusal (a refused first call, or a refund that FAILED). `failures`
 * includes this refusal. REFUND_FAILED names no cause, so the refund is sent again twice, and then goes to
 * the wallet. A refund with an unknown code is sent again as often, and then a person is asked. A person is
 * also asked if the code says that the money is gone.
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
 * Matches a chargeback line of the provider's book with the booked chargebacks. The line is `known` by its
 * id, or it is one that staff reported under another id, found by payment and amount. If staff reported
 * several, the oldest counts. The answer is `ask` if staff reported only other amounts, because those may be
 * wrong; otherwise the line is `new`.
 */
export function matchChargeback<
  T extends TakenBack & { ledgerKey: string; providerTransactionId: string | null },
>(line: TakenBack & { transactionId: string }, booked: readonly T[]): 'known' | 'new' | 'ask' | T {
  if (booked.some((otherLine) => otherLine.providerTransactionId === line.transactionId)) return 'known'
  const told = booked.filter((line) => line.providerTransactionId === null)
  const byId = told.find((candidate) => candidate.ledgerKey === `chargeback:${line.transactionId}`)
  if (byId) return byId
  const ofPayment = told.filter(
    (otherLine) => line.paymentId !== null && otherLine.paymentId === line.paymentId,
  )
  const same = ofPayment.find((candidate) => candidate.amountIdr === line.amountIdr)
  return same ?? (ofPayment.length > 0 ? 'ask' : 'new')
}

/** The refusal codes of an invoice that no later attempt can fix: the provider never accepts this amount. */
const neverPayable: ReadonlySet<string> = new Set([
  'MINIMAL_TRANSFER_AMOUNT_ERROR',
  'MAXIMUM_TRANSFER_AMOUNT_ERROR',
  'UNSUPPORTED_CURRENCY',
])

/**
 * Returns true if a refusal to make an invoice ends its payment, instead of waiting for the provider or for
 * staff.
 */
export const isRefusedForGood = (code: string): boolean => neverPayable.has(code)

/** Returns the whole seconds until a hold ends, rounded down: the lifetime of its invoice. */
export function secondsLeft(expiresAt: Date, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / 1000)
}
