import { describe, expect, it } from 'vitest'
import { secondsAfter } from '../kernel/index.ts'
import { channelOf, type PaidBy, refundDestination } from './rules.ts'

const now = new Date('2026-11-25T17:00:00Z')
const DAY_S = 86_400

const paidBy = (channel: string | null, more: Partial<PaidBy> = {}): PaidBy => ({
  method: 'invoice',
  channel,
  paidAt: now,
  amountIdr: 60_000,
  paidAmountIdr: 60_000,
  chargedBackIdr: 0,
  ...more,
})
const to = (payment: PaidBy, amountIdr = 60_000, at = now) => refundDestination(payment, amountIdr, at)

describe('a refund goes back to its source', () => {
  // Xendit's list: days after the payment, and whether a part can go back.
  it.each([
    ['DANA', 30, true],
    ['GOPAY', 45, true],
    ['OVO', 14, true],
    ['SHOPEEPAY', 365, true],
    ['LINKAJA', 30, false],
    ['CREDIT_CARD', 365, true],
    ['QRIS', 7, true],
  ] as const)('by %s for %i days', (channel, days, parts) => {
    const end = secondsAfter(now, days * DAY_S)
    expect(to(paidBy(channel), 60_000, secondsAfter(end, -1))).toBe('source')
    expect(to(paidBy(channel), 60_000, end)).toBe('wallet')
    expect(to(paidBy(channel), 59_999)).toBe(parts ? 'source' : 'wallet')
  })

  it('never by a virtual account or over a counter, nor where nobody knows how it was paid', () => {
    for (const channel of ['BCA', 'BNI', 'BRI', 'MANDIRI', 'PERMATA', 'ALFAMART', 'INDOMARET', null])
      expect([channel, to(paidBy(channel))]).toEqual([channel, 'wallet'])
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
  expect(channelOf({ paymentMethod: 'EWALLET', paymentChannel: 'DANA' })).toBe('DANA')
  expect(channelOf({})).toBe(null)
})
