import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failureOf, openWire, replying, type Wire } from '../../../test/provider-wire.ts'
import { createXenditPayouts } from './payouts.ts'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())
beforeEach(() => {
  wire.requests.length = 0
})

const payouts = () => createXenditPayouts({ url: wire.url, secretKey: 'xnd_development_k', timeoutMs: 1000 })
const accepted = { id: 'disb-1', reference_id: 'STL-1-1', status: 'ACCEPTED', amount: 95000 }
const read = { id: 'disb-1', referenceId: 'STL-1-1', status: 'ACCEPTED', amountIdr: 95000 }

test('sends in Xendit’s words, its key as the idempotency key and as the reference', async () => {
  wire.answer = replying(200, accepted)
  const destination = { channelCode: 'ID_BCA', accountNumber: '1234567890', accountHolderName: 'PT Uji' }
  const payout = { key: 'STL-1-1', destination, amountIdr: 95000, description: 'Laku STL-1' }
  expect(await payouts().createPayout(payout)).toEqual(read)
  expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/v2/payouts' })
  expect(wire.requests[0]?.headers).toMatchObject({
    'idempotency-key': 'STL-1-1',
    authorization: `Basic ${btoa('xnd_development_k:')}`,
  })
  expect(JSON.parse(wire.requests[0]?.body ?? '')).toEqual({
    reference_id: 'STL-1-1',
    channel_code: 'ID_BCA',
    channel_properties: { account_number: '1234567890', account_holder_name: 'PT Uji' },
    amount: 95000,
    currency: 'IDR',
    description: 'Laku STL-1',
  })
})

describe('finding by the key', () => {
  test.each([
    ['a page', { data: [accepted], has_more: false }, [read]],
    ['a bare array', [accepted], [read]],
    ['none', { data: [], has_more: false }, []],
  ])('%s', async (_how, answer, found) => {
    wire.answer = replying(200, answer)
    expect(await payouts().findPayouts('STL-1-1')).toEqual(found)
    expect(wire.requests[0]?.url).toBe('/v2/payouts?reference_id=STL-1-1')
  })
})

test.each(['LOCKED', 'PENDING_COMPLIANCE_ASSESSMENT', 'COMPLIANCE_REJECTED', 'REVERSED'])(
  'knows %s',
  async (status) => {
    wire.answer = replying(200, { ...accepted, status, failure_code: 'X' })
    expect(await payouts().getPayout('disb-1')).toEqual({ ...read, status, failureCode: 'X' })
  },
)

test('cancels, and lists the channels', async () => {
  wire.answer = replying(200, { ...accepted, status: 'CANCELLED' })
  expect(await payouts().cancelPayout('disb-1')).toMatchObject({ status: 'CANCELLED' })
  expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/v2/payouts/disb-1/cancel' })
  const limits = { minimum: 10000, maximum: 50000000000, minimum_increment: 1 }
  const bca = { channel_code: 'ID_BCA', channel_name: 'BCA', currency: 'IDR', amount_limits: limits }
  wire.answer = replying(200, [bca])
  expect(await payouts().channels()).toEqual([
    { channelCode: 'ID_BCA', name: 'BCA', kind: 'bank', minimumIdr: 10000, maximumIdr: 50000000000 },
  ])
})

test.each([
  [400, { error_code: 'DUPLICATE_ERROR', message: 'm' }, 'refused', 'DUPLICATE_ERROR'],
  [503, '<html>', 'unknown', 'http_503'],
  [200, { ...accepted, amount: 0.5 }, 'unknown', 'unreadable_answer'],
  [200, { ...accepted, currency: 'PHP' }, 'unknown', 'unreadable_answer'],
])('%i %j is %s', async (status, answer, outcome, code) => {
  wire.answer = replying(status, answer)
  expect(await failureOf(payouts().getPayout('x'))).toMatchObject({
    provider: 'xendit',
    outcome,
    code,
  })
})

test('a word that nobody knows, a reference that is missing and an item that cannot be read hide no other', async () => {
  const odd = {
    ...accepted,
    id: 'disb-2',
    status: 'NEVER_HEARD_OF',
    reference_id: null,
    updated: '2026-11-29T10:00:00Z',
  }
  wire.answer = replying(200, { data: [odd, { id: 'disb-3', amount: 1.5 }, accepted] })
  expect(await payouts().findPayouts('STL-1-1')).toEqual([
    {
      ...read,
      id: 'disb-2',
      status: 'NEVER_HEARD_OF',
      referenceId: null,
      updatedAt: new Date('2026-11-29T10:00:00Z'),
    },
    read,
  ])
  wire.answer = replying(200, { data: [{ id: 'disb-3', amount: 1.5 }] })
  expect(await failureOf(payouts().findPayouts('STL-1-1'))).toMatchObject({ code: 'unreadable_answer' })
})
