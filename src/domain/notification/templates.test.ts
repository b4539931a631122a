import { describe, expect, it, test } from 'vitest'
import type { EventPayloads } from '../kernel/index.ts'
import { type WithdrawalStatus, withdrawalTransitions } from '../wallet/index.ts'
import { type NoticeEvent, noticeEvents, notifiedStatuses } from './notice-rules.ts'
import { isWanted, type NoticedEvent, writeNotice } from './write-notice.ts'

const subject = {
  paymentId: 'p',
  code: 'PAY-1',
  userId: 'u',
  sessionId: null,
  participantId: null,
  orderId: 'o',
  amountIdr: 150_000,
  walletIdr: 0,
}
const refund = {
  ...subject,
  refundId: 'r',
  refundCode: 'RFD-1',
  refundIdr: 150_000,
  reason: 'session_failed',
  destination: 'source' as const,
}
const withdrawal = {
  withdrawalId: 'w',
  code: 'WDR-1',
  userId: 'u',
  amountIdr: 50_000,
  feeIdr: 2_500,
  from: null,
  to: 'held' as const,
  byStaff: false,
  closesAccount: false,
}
const withdrawalStates = Object.keys(withdrawalTransitions) as WithdrawalStatus[]
const place = { sessionId: 's', code: 'GBS-1', participantId: 'p', userId: 'u' }
const order = { orderId: 'o', code: 'ORD-1', userId: 'u', sessionId: 's' }

const payloads: { [T in NoticeEvent]: EventPayloads[T] } = {
  'session.moq_reached': { sessionId: 's', code: 'GBS-1', paidUnits: 12 },
  'participant.joined': {
    ...place,
    paymentId: 'p',
    paymentCode: 'PAY-1',
    units: 2,
    totalIdr: 150_000,
    walletIdr: 0,
  },
  'participant.released': { ...place, because: 'closed', paymentId: 'p', wasPaid: false },
  'payment.paid': subject,
  'payment.expired': subject,
  'payment.failed': subject,
  'order.created': { ...order, paymentId: 'p', paymentCode: 'PAY-1', totalIdr: 150_000, walletIdr: 0 },
  'order.paid': { ...order, totalIdr: 150_000 },
  'order.cancelled': { ...order, reason: 'buyer', wasPaid: true },
  'order.status_changed': { ...order, from: 'picked_up', to: 'in_transit' },
  'order.delivered': order,
  'return.refused': { ...order, returnId: 'r' },
  'refund.decided': refund,
  'refund.waiting': refund,
  'refund.failed': { ...refund, failureCode: 'CHANNEL_UNAVAILABLE', attempt: 1, isTriedAgain: true },
  'refund.succeeded': refund,
  'withdrawal.status_changed': withdrawal,
}

// The type and the payload are from the same row of the table above, so the cast is safe.
const eventOf = (type: NoticeEvent, changes: object = {}) =>
  ({ id: 'e', type, payload: { ...payloads[type], ...changes } }) as NoticedEvent
const write = (type: NoticeEvent, locale: 'id' | 'en', changes: object = {}) =>
  writeNotice(eventOf(type, changes), locale, 'https://laku.test/')

describe.each(['id', 'en'] as const)('in %s', (locale) => {
  it.each(noticeEvents)('%s has a title and a body, each one line, with what it is about', (type) => {
    const { title, body } = write(type, locale)
    for (const text of [title, body]) expect(text).toMatch(/^\S[^\n\t]{3,}\S$/)
    const about = /PAY-1|ORD-1|GBS-1|RFD-1|WDR-1/
    expect(`${title} ${body}`).toMatch(about)
    expect(`${title} ${body}`).not.toMatch(/undefined|NaN|\[object/)
  })

  it.each(notifiedStatuses)('an order that is %s has words of its own', (to) => {
    const { title, body } = write('order.status_changed', locale, { to })
    expect(`${title} ${body}`).toContain('ORD-1')
    expect(body).not.toContain(to)
  })

  it.each(withdrawalStates)('a withdrawal that is %s has words of its own, with its amount', (to) => {
    const { title, body } = write('withdrawal.status_changed', locale, { to })
    expect(title).toContain('WDR-1')
    expect(`${title} ${body}`).toMatch(/Rp 5[02]\.[05]00/)
    const others = withdrawalStates.filter((withdrawalState) => withdrawalState !== to)
    for (const other of others) {
      expect(write('withdrawal.status_changed', locale, { to: other }).title).not.toBe(title)
    }
  })

  it('a refund says why it came, if that is known', () => {
    const told = write('refund.decided', locale).body
    const plain = write('refund.decided', locale, { reason: 'constructor' }).body
    expect(told.endsWith(plain)).toBe(true)
    expect(told.length).toBeGreaterThan(plain.length)
    expect(write('refund.succeeded', locale, { destination: 'wallet' })).not.toEqual(
      write('refund.succeeded', locale),
    )
  })
})

test('the two languages differ', () => {
  for (const type of noticeEvents) expect(write(type, 'id').body).not.toBe(write(type, 'en').body)
})

test('whoever is to pay gets the link', () => {
  expect(write('participant.joined', 'id').link).toBe('https://laku.test/pay/PAY-1')
  expect(write('order.created', 'en').link).toBe('https://laku.test/pay/PAY-1')
  expect(write('participant.joined', 'id').body).toContain('Rp 150.000')
  expect(write('payment.paid', 'id').link).toBeNull()
})

test('no update is told twice, and none that its reader made', () => {
  const told = (type: NoticeEvent, changes: object) => isWanted(eventOf(type, changes))
  expect(told('order.paid', { sessionId: null })).toBe(false)
  expect(told('refund.decided', { destination: 'wallet' })).toBe(false)
  expect(told('participant.released', { because: 'left' })).toBe(false)
  expect(told('participant.released', { because: 'expired' })).toBe(false)
  expect(told('order.cancelled', { wasPaid: false, reason: 'payment_expired' })).toBe(false)
  expect(told('order.status_changed', { to: 'processing' })).toBe(false)
  expect(told('refund.failed', { attempt: 2 })).toBe(false)
  expect(told('refund.failed', { isTriedAgain: false })).toBe(false)
  expect(told('withdrawal.status_changed', { to: 'approved' })).toBe(false)
  expect(told('withdrawal.status_changed', { to: 'approved', byStaff: true })).toBe(true)
  for (const type of noticeEvents) expect(told(type, {})).toBe(true)
})
