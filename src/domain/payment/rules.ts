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
 * Returns the channel whose refund rules apply. For a card or a QR payment that is the family, whatever bank
 * or app was behind it.
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
  /** The app or bank that paid a QRIS, as the provider names it; null where it did not say. */
  paymentSource: string | null
  paidAt: Date | null
  amountIdr: Rupiah
  /** The part of the amount that the wallet paid. */
  walletIdr: Rupiah
  /**
   * The sum that came in, from the wallet too. If staff accepted another amount, the provider's refund rules
   * no longer fit.
   */
  paidAmountIdr: Rupiah | null
  /** The sum that the card's issuer took back; the provider refunds nothing beside it. */
  chargedBackIdr: Rupiah
}

export interface RefundWay {
  destination: RefundDestination
  /** The source takes it only from then on. */
  notBefore: Date | null
}

const toWallet: RefundWay = { destination: 'wallet', notBefore: null }

/**
 * Decides where a refund of `sourceIdr`, paid by invoice, goes at `now`. The refund goes back to where the
 * money came from, or to the wallet where that is impossible. The provider's facts decide, unless the
 * account's contract differs (`policy.refundChannels`). A QRIS app that is not known to take refunds gets
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
  /** To where the money came from; 0 where that takes none of it. */
  sourceIdr: Rupiah
  /** The source takes it only from then on. */
  notBefore: Date | null
  walletIdr: Rupiah
}

/**
 * Splits a refund of `amountIdr`, after earlier returns: in proportion to what the wallet and the source
 * paid, or all into the wallet.
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

/** A channel that failed a refund three times for no stated reason will fail it again. */
const MAX_FAILURES = 3

export type AfterRefusal =
  /** Into the buyer's wallet: asked again it gets the same answer. */
  | 'wallet'
  /** The refund is sent again later under a new idempotency key; this does not count as a failure. */
  | 'balance'
  /** The refund is sent again later under a new idempotency key. */
  | 'retry'
  /** No further automatic try: a person decides. */
  | 'person'

/**
 * Decides what follows a definite refusal (a refused first call, or a refund that FAILED). `failures` counts
 * this one too. REFUND_FAILED names no cause, so the refund is tried again twice, and then goes to the
 * wallet. A refund with an unknown code is tried as often, and then a person is asked. A person is also asked
 * where the code says that the money is gone.
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
 * Matches a chargeback in the provider's book with the chargebacks that are booked. The line is `known` by
 * its id, or is one that staff reported under another id, by payment and amount. Where staff reported
 * several, the oldest counts. The answer is `ask` where staff reported only other amounts, for theirs may be
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

/** Refusals that no later try can fix: the provider never takes this amount. */
const neverPayable: ReadonlySet<string> = new Set([
  'MINIMAL_TRANSFER_AMOUNT_ERROR',
  'MAXIMUM_TRANSFER_AMOUNT_ERROR',
  'UNSUPPORTED_CURRENCY',
])

/**
 * Whether a refusal to make an invoice ends its payment, instead of waiting for the provider or for staff.
 */
export const isRefusedForGood = (code: string): boolean => neverPayable.has(code)

/** How long the hold is left, in whole seconds, never more: what an invoice may live. */
export function secondsLeft(expiresAt: Date, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / 1000)
}
