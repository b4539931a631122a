import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { failureOf, openWire, replying, type Wire } from '../../../test/provider-wire.ts'
import { createTwilioSender } from './twilio.ts'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())
beforeEach(() => {
  wire.requests.length = 0
})

const sender = () =>
  createTwilioSender({ url: wire.url, account: 'AC1', token: 't', from: 'LAKU', timeoutMs: 500 })

test('a text goes out as a form', async () => {
  wire.answer = replying(201, { sid: 'SM1', status: 'queued' })
  expect(await sender().send({ to: '+628123456789', body: 'Kode: 123456' })).toEqual({ id: 'SM1' })
  expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/2010-04-01/Accounts/AC1/Messages.json' })
  expect(wire.requests[0]?.headers.authorization).toBe(`Basic ${btoa('AC1:t')}`)
  expect(Object.fromEntries(new URLSearchParams(wire.requests[0]?.body))).toEqual({
    To: '+628123456789',
    From: 'LAKU',
    Body: 'Kode: 123456',
  })
})

test.each([
  [400, { code: 21211, message: 'no', status: 400 }, 'refused', '21211'],
  [429, { code: 20429, message: 'no', status: 429 }, 'limited', '20429'],
  [503, { code: 20503, message: 'no', status: 503 }, 'unknown', '20503'],
  [201, '<html>', 'unknown', 'not_json'],
])('HTTP %i with %j is %s', async (status, answer, outcome, code) => {
  wire.answer = replying(status, answer)
  const failure = await failureOf(sender().send({ to: '+628123456789', body: 'x' }))
  expect(failure).toMatchObject({ provider: 'sms', operation: 'send', outcome, code })
})
