import type { Rupiah } from '../kernel/index.ts'
import type { GatewayInvoice } from './gateway.ts'

interface ChannelRule {
  /** Days after the payment in which Xendit refunds to the source. */
  days: number
  /** The whole payment or nothing. */
  wholeOnly?: true
}

/** Xendit's refundable channels. It refunds no virtual account, no Alfamart and no Indomaret: those are not here. */
const refundable: ReadonlyMap<string, ChannelRule> = new Map([
  ['DANA', { days: 30 }],
  ['GOPAY', { days: 45 }],
  ['OVO', { days: 14 }],
  ['SHOPEEPAY', { days: 365 }],
  ['LINKAJA', { days: 30, wholeOnly: true }],
  ['CREDIT_CARD', { days: 365 }],
  ['QRIS', { days: 7 }],
])

const DAY_MS = 24 * 3600 * 1000

/** The channel that decides on refunds: of a card or a QR payment the family, whatever bank or app stood behind it. */
export function channelOf(invoice: Pick<GatewayInvoice, 'paymentMethod' | 'paymentChannel'>): string | null {
  if (invoice.paymentMethod === 'CREDIT_CARD') return 'CREDIT_CARD'
  if (invoice.paymentMethod === 'QR_CODE') return 'QRIS'
  return invoice.paymentChannel ?? null
}

export type RefundDestination = 'source' | 'wallet'

export interface PaidBy {
  method: string
  channel: string | null
  paidAt: Date | null
  amountIdr: Rupiah
  /** What came in: where staff accepted another amount, the provider's refund rules no longer fit. */
  paidAmountIdr: Rupiah | null
  /** What the card's issuer took back: the provider refunds nothing beside it. */
  chargedBackIdr: Rupiah
}

/** Where a refund of so much goes at `now`: back to where the money came from, or to the wallet where that is impossible. */
export function refundDestination(payment: PaidBy, amountIdr: Rupiah, now: Date): RefundDestination {
  const rule = payment.method === 'invoice' && payment.channel ? refundable.get(payment.channel) : undefined
  if (!rule || !payment.paidAt || payment.paidAmountIdr !== payment.amountIdr) return 'wallet'
  if (payment.chargedBackIdr > 0) return 'wallet'
  if (rule.wholeOnly && amountIdr !== payment.amountIdr) return 'wallet'
  return now.getTime() - payment.paidAt.getTime() < rule.days * DAY_MS ? 'source' : 'wallet'
}

/** Xendit's answers that mean: this money can never go back to its source. */
const hopeless: ReadonlySet<string> = new Set([
  'REFUND_NOT_SUPPORTED',
  'PARTIAL_REFUND_NOT_SUPPORTED',
  'ACCOUNT_NOT_FOUND',
  'ACCOUNT_ACCESS_BLOCKED',
])

/** A channel that failed a refund three times for no stated reason will fail it again. */
const MAX_FAILURES = 3

/**
 * What follows a definite no to the `attempt`th try of a refund. REFUND_FAILED names no cause, so it is tried again
 * twice; anything else (no balance at the gateway, another refund under way) passes or needs a person, and is never
 * turned into wallet money: it may be that the money did go back.
 */
export function afterRefusal(failureCode: string, attempt: number): 'wallet' | 'retry' {
  if (hopeless.has(failureCode)) return 'wallet'
  return failureCode === 'REFUND_FAILED' && attempt >= MAX_FAILURES ? 'wallet' : 'retry'
}

interface TakenBack {
  paymentId: string | null
  amountIdr: Rupiah
}

/**
 * What a line of the provider's book about a chargeback is, beside what is booked: known by its id; the one that staff told of under
 * another id, by payment and amount, the oldest where they told of several; `ask` where they told only of other amounts, for theirs may
 * be wrong; or new.
 */
export function matchChargeback<
  T extends TakenBack & { ledgerKey: string; providerTransactionId: string | null },
>(line: TakenBack & { transactionId: string }, booked: readonly T[]): 'known' | 'new' | 'ask' | T {
  if (booked.some((one) => one.providerTransactionId === line.transactionId)) return 'known'
  const told = booked.filter((one) => one.providerTransactionId === null)
  const byId = told.find((one) => one.ledgerKey === `chargeback:${line.transactionId}`)
  if (byId) return byId
  const ofPayment = told.filter((one) => line.paymentId !== null && one.paymentId === line.paymentId)
  const same = ofPayment.find((one) => one.amountIdr === line.amountIdr)
  return same ?? (ofPayment.length > 0 ? 'ask' : 'new')
}

/** Refusals that no later try can mend: the provider never takes this amount. */
const neverPayable: ReadonlySet<string> = new Set([
  'MINIMAL_TRANSFER_AMOUNT_ERROR',
  'MAXIMUM_TRANSFER_AMOUNT_ERROR',
  'UNSUPPORTED_CURRENCY',
])

/** Whether a refusal to make an invoice ends its payment, instead of waiting for the provider or for staff. */
export const isRefusedForGood = (code: string): boolean => neverPayable.has(code)

/** How long the hold is left, in whole seconds, never more: what an invoice may live. */
export function secondsLeft(expiresAt: Date, now: Date): number {
  return Math.floor((expiresAt.getTime() - now.getTime()) / 1000)
}
