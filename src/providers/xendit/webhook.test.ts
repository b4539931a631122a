import { describe, expect, test } from 'vitest'
import { isXenditCallback, parseXenditWebhook, xenditDedupeKey } from './webhook.ts'

const refund = { id: 'rfd-1', reference_id: 'RF-1', status: 'SUCCEEDED', amount: 5000 }

describe('the callback token', () => {
  test('any of the accepted will do', () => {
    expect(isXenditCallback('new', ['new', 'old'])).toBe(true)
    expect(isXenditCallback('old', ['new', 'old'])).toBe(true)
  })
  test.each([
    ['older', ['new', 'old']],
    [undefined, ['new']],
    ['', ['']],
    ['', ['new']],
    ['x', []],
  ])('%j is none of %j', (token, accepted) => expect(isXenditCallback(token, accepted)).toBe(false))
})

describe('what a body is about', () => {
  test('an invoice comes flat', () => {
    const body = { id: '64f0', external_id: 'PAY-1', status: 'PAID', amount: 150000, paid_amount: 150000 }
    expect(parseXenditWebhook(body)).toEqual({
      kind: 'invoice',
      id: '64f0',
      externalId: 'PAY-1',
      status: 'PAID',
    })
  })
  test.each([
    ['as documented', { event: 'refund.succeeded', business_id: 'b', data: refund }],
    ['wrapped once more', { event: 'refund.succeeded', data: { data: refund } }],
  ])('a refund, %s', (_how, body) => {
    expect(parseXenditWebhook(body)).toEqual({
      kind: 'refund',
      id: 'rfd-1',
      referenceId: 'RF-1',
      status: 'SUCCEEDED',
    })
  })
  test('a payout', () => {
    const body = {
      event: 'payout.reversed',
      data: { id: 'disb-1', reference_id: 'SET-1', status: 'REVERSED' },
    }
    expect(parseXenditWebhook(body)).toEqual({
      kind: 'payout',
      id: 'disb-1',
      referenceId: 'SET-1',
      status: 'REVERSED',
    })
  })
  test.each([
    undefined,
    null,
    'x',
    {},
    [],
    { event: 'payment.succeeded', data: refund },
    { event: 'refund.failed' },
  ])('%j is nothing laku follows', (body) => expect(parseXenditWebhook(body)).toBeUndefined())
})

test('the dedupe key is the webhook id, else what the notice says', () => {
  const notice = { kind: 'invoice', id: 'i', externalId: 'e', status: 'PAID' } as const
  expect(xenditDedupeKey(notice, 'wh-1')).toBe('wh-1')
  expect(xenditDedupeKey(notice, undefined)).toBe('invoice:i:PAID')
  expect(xenditDedupeKey(notice, '')).toBe('invoice:i:PAID')
})
