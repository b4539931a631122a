import { describe, expect, it } from 'vitest'
import { defaultPolicy, secondsAfter } from '../kernel/index.ts'
import { afterRefusal, channelOf, type PaidBy, refundWay } from './rules.ts'

const now = new Date('2026-11-25T17:00:00Z')
const DAY_S = 86_400

const paidBy = (channel: string | null, more: Partial<PaidBy> = {}): PaidBy => ({
  method: 'invoice',
  channel,
  paymentSource: null,
  paidAt: now,
  amountIdr: 60_000,
  walletIdr: 0,
  paidAmountIdr: 60_000,
  chargedBackIdr: 0,
  ...more,
})
const way = (payment: PaidBy, amountIdr = 60_000, at = now, refundChannels = {}) =>
  refundWay(payment, amountIdr, { now: at, policy: { ...defaultPolicy, refundChannels } })
const to = (...args: Parameters<typeof way>) => way(...args).destination

describe('a refund goes back to its source', () => {
  // Xendit's list: the number of days after the payment, and whether a part can be refunded.
  it.each([
    ['DANA', 30, true],
    ['GOPAY', 45, true],
    ['SHOPEEPAY', 365, true],
    ['LINKAJA', 30, false],
    ['CREDIT_CARD', 365, true],
    ['QRIS', 7, true],
  ] as const)('by %s for %i days', (channel, days, parts) => {
    const end = secondsAfter(now, days * DAY_S)
    const payment = paidBy(channel, { paymentSource: 'DANA' })
    expect(to(payment, 60_000, secondsAfter(end, -1))).toBe('source')
    expect(to(payment, 60_000, end)).toBe('wallet')
    expect(to(payment, 59_999)).toBe(parts ? 'source' : 'wallet')
  })

  it('never by a virtual account or over a counter, nor where nobody knows how it was paid', () => {
    for (const channel of ['BCA', 'BNI', 'BRI', 'MANDIRI', 'PERMATA', 'ALFAMART', 'INDOMARET', 'OVO', null])
      expect([channel, to(paidBy(channel))]).toEqual([channel, 'wallet'])
  })

  it('of a QRIS by the app that paid it, as the provider writes its name (fact 6)', () => {
    for (const source of ['DANA', 'ShopeePay', 'OVO', 'GoPay', 'Permata Bank', 'SMBC', 'BTPN', 'BSI'])
      expect([source, to(paidBy('QRIS', { paymentSource: source }))]).toEqual([source, 'source'])
    for (const source of ['BCA', 'Bank Mandiri', 'BRI', 'BNI', 'Danamon', 'an app nobody knows', null])
      expect([source, to(paidBy('QRIS', { paymentSource: source }))]).toEqual([source, 'wallet'])
  })

  it('waits a day where the app takes the whole back only then: a temporary no is none for good (fact 6)', () => {
    const cimb = paidBy('QRIS', { paymentSource: 'Bank CIMB Niaga' })
    const day = secondsAfter(now, DAY_S)
    expect(way(cimb)).toEqual({ destination: 'source', notBefore: day })
    expect(way(cimb, 59_999)).toEqual({ destination: 'source', notBefore: null })
    expect(way(cimb, 60_000, day)).toEqual({ destination: 'source', notBefore: null })
  })

  it('as the contract of this account says, where that differs', () => {
    expect(to(paidBy('OVO'), 60_000, now, { OVO: { days: 14, parts: true } })).toBe('source')
    expect(to(paidBy('DANA'), 60_000, now, { DANA: false })).toBe('wallet')
  })

  it('never out of a wallet, of another amount than was asked for, or beside a chargeback', () => {
    expect(to(paidBy('DANA', { method: 'wallet' }))).toBe('wallet')
    expect(to(paidBy('DANA', { paidAmountIdr: 59_999 }))).toBe('wallet')
    expect(to(paidBy('DANA', { paidAmountIdr: 60_001 }))).toBe('wallet')
    expect(to(paidBy('CREDIT_CARD', { chargedBackIdr: 1 }))).toBe('wallet')
    expect(to(paidBy('DANA', { paidAt: null }))).toBe('wallet')
  })
})

it('the channel is the family of cards and QR codes, whatever bank or app stood behind them, else the channel itself', () => {
  expect(channelOf({ paymentMethod: 'CREDIT_CARD', paymentChannel: 'VISA' })).toBe('CREDIT_CARD')
  expect(channelOf({ paymentMethod: 'QR_CODE', paymentChannel: 'DANA' })).toBe('QRIS')
  expect(channelOf({ paymentMethod: 'QRIS', paymentChannel: 'DANA' })).toBe('QRIS')
  expect(channelOf({ paymentMethod: 'EWALLET', paymentChannel: 'DANA' })).toBe('DANA')
  expect(channelOf({})).toBe(null)
})

describe('what follows a definite no (fact 3)', () => {
  it.each([
    'API_VALIDATION_ERROR',
    'INELIGIBLE_TRANSACTION',
    'PARTIAL_REFUND_COUNTS_EXCEEDED',
    'TRANSACTION_NOT_FOUND',
    'REFUND_NOT_SUPPORTED',
  ])('%s ends at once, in the wallet', (code) => expect(afterRefusal(code, 1)).toBe('wallet'))

  it('waits for a balance without an end, tries what passes, and asks a person of what nobody knows or what may be gone', () => {
    expect(afterRefusal('INSUFFICIENT_BALANCE', 40)).toBe('balance')
    expect(afterRefusal('TEMPORARILY_UNAVAILABLE', 40)).toBe('retry')
    expect([1, 2, 3].map((n) => afterRefusal('A_NEW_ONE', n))).toEqual(['retry', 'retry', 'person'])
    expect([1, 2, 3].map((n) => afterRefusal('REFUND_FAILED', n))).toEqual(['retry', 'retry', 'wallet'])
    expect(afterRefusal('REFUND_AMOUNT_EXCEEDED', 1)).toBe('person')
  })
})
