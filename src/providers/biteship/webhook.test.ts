import { expect, test } from 'vitest'
import {
  biteshipDedupeKey,
  isBiteshipCallback,
  isBiteshipInstallPing,
  parseBiteshipWebhook,
} from './webhook.ts'

test('the header value is one of the accepted', () => {
  expect(isBiteshipCallback('b', ['a', 'b'])).toBe(true)
  expect(isBiteshipCallback('c', ['a', 'b'])).toBe(false)
  expect(isBiteshipCallback(undefined, ['a'])).toBe(false)
})

test.each([
  ['', true],
  ['{}', true],
  [' { }\n', true],
  ['{"event":"order.status"}', false],
  ['[]', true],
  ['""', true],
  ['0', false],
  ['null', true],
])('an install ping: %j is %j', (body, ping) => expect(isBiteshipInstallPing(Buffer.from(body))).toBe(ping))

test('what a body is about', () => {
  const body = { event: 'order.status', order_id: 'o1', status: 'dropping_off', courier_waybill_id: 'W1' }
  expect(parseBiteshipWebhook(body)).toEqual({
    event: 'order.status',
    orderId: 'o1',
    status: 'dropping_off',
    waybillId: 'W1',
  })
  const early = { event: 'order.price', order_id: 'o1', status: 'confirmed', courier_waybill_id: null }
  expect(parseBiteshipWebhook(early)).toEqual({ event: 'order.price', orderId: 'o1', status: 'confirmed' })
  expect(parseBiteshipWebhook({})).toBeUndefined()
  expect(parseBiteshipWebhook({ ...body, order_id: {} })).toBeUndefined()
  expect(parseBiteshipWebhook({ ...body, order_id: 7, event: null })).toMatchObject({ orderId: '7' })
})

test('the same bytes have the same key', () => {
  expect(biteshipDedupeKey(Buffer.from('{"a":1}'))).toBe(biteshipDedupeKey(Buffer.from('{"a":1}')))
  expect(biteshipDedupeKey(Buffer.from('{"a":2}'))).not.toBe(biteshipDedupeKey(Buffer.from('{"a":1}')))
  expect(biteshipDedupeKey(Buffer.from('{}'))).toMatch(/^[0-9a-f]{64}$/)
})
