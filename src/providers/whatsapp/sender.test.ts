import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failureOf, openWire, replying, type Wire } from '../../../test/provider-wire.ts'
import { refusalBy } from './facts.ts'
import { createFonnteSender } from './fonnte.ts'
import { createMetaSender } from './meta.ts'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())
beforeEach(() => {
  wire.requests.length = 0
})

const to = '+628123456789'

describe('Meta', () => {
  const sender = () =>
    createMetaSender({ url: `${wire.url}/v23.0`, token: 't', phoneNumberId: '1055', timeoutMs: 500 })
  const body = () => JSON.parse(wire.requests[0]?.body ?? '')
  const accepted = {
    messaging_product: 'whatsapp',
    contacts: [{ input: '628123456789', wa_id: '628123456789' }],
    messages: [{ id: 'wamid.1', message_status: 'accepted' }],
  }

  test('a one-time password', async () => {
    wire.answer = replying(200, accepted)
    const message = { to, template: 'otp', language: 'id', bodyParams: ['123456'], buttonParam: '123456' }
    expect(await sender().sendTemplate(message)).toEqual({ providerMessageId: 'wamid.1' })
    expect(wire.requests[0]?.url).toBe('/v23.0/1055/messages')
    expect(wire.requests[0]?.headers.authorization).toBe('Bearer t')
    const parameters = [{ type: 'text', text: '123456' }]
    expect(body()).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '628123456789',
      type: 'template',
      template: {
        name: 'otp',
        language: { code: 'id' },
        components: [
          { type: 'body', parameters },
          { type: 'button', sub_type: 'url', index: '0', parameters },
        ],
      },
    })
  })

  test('a template with nothing to fill, and a text', async () => {
    wire.answer = replying(200, accepted)
    await sender().sendTemplate({ to, template: 'hello', language: 'id', bodyParams: [] })
    expect(body().template).toEqual({ name: 'hello', language: { code: 'id' }, components: [] })
    wire.requests.length = 0
    await sender().sendText({ to, body: 'Halo' })
    expect(body()).toMatchObject({ type: 'text', text: { preview_url: false, body: 'Halo' } })
  })

  test.each([
    ['a dead token', 401, 190, 'refused', undefined],
    ['an undeliverable one', 400, 131026, 'refused', undefined],
    ['outside of 24 hours', 400, 131047, 'refused', undefined],
    ['the rate of the app', 400, 4, 'limited', undefined],
    ['the rate of the account', 400, 80007, 'limited', undefined],
    ['the rate of the number', 429, 130429, 'limited', undefined],
    ['the rate of the recipient', 400, 131056, 'limited', 6],
    ['an error', 500, 131000, 'unknown', undefined],
    // meta.refusals: the error number also occurs in a 500.
    ['a number that is not registered', 500, 131045, 'unknown', undefined],
  ])('%s', async (_what, status, code, outcome, retryAfterS) => {
    wire.answer = replying(status, { error: { message: `no to ${to}`, type: 'OAuthException', code } })
    const failure = await failureOf(sender().sendText({ to, body: 'Halo' }))
    expect(failure).toMatchObject({ provider: 'whatsapp', outcome, code: String(code), retryAfterS })
    expect(failure.message).not.toContain('8123')
  })

  test('a phone number that the token does not reach is no fault of the message', async () => {
    wire.answer = replying(400, {
      error: { code: 100, error_subcode: 33, message: 'Unsupported post request' },
    })
    expect(await failureOf(sender().sendText({ to, body: 'Halo' }))).toMatchObject({ code: '33' })
    expect([refusalBy('33')?.reach, refusalBy('100')?.reach, refusalBy('273')?.reach]).toEqual([
      'account',
      'message',
      'account',
    ])
    for (const error of [{ code: '190' }, { error_subcode: 463 }, { code: 102, error_subcode: '467' }]) {
      wire.answer = replying(400, { error })
      expect(await failureOf(sender().sendText({ to, body: 'Halo' }))).toMatchObject({ code: '190' })
    }
  })

  test.each([{}, { id: null }, { id: '' }, null])(
    'a message that was taken as %j is not sent again',
    async (sent) => {
      wire.answer = replying(200, { ...accepted, messages: [sent] })
      expect((await sender().sendText({ to, body: 'Halo' })).providerMessageId).toMatch(/^unnamed-/)
    },
  )

  test.each(['<html>', { messages: [] }, {}])('garbage: %j', async (answer) => {
    wire.answer = replying(200, answer)
    expect((await failureOf(sender().sendText({ to, body: 'Halo' }))).outcome).toBe('unknown')
  })
})

describe('Fonnte', () => {
  const templates = (name: string) => (name === 'otp' ? 'Kode Laku: {{1}}. Berlaku {{2}} menit.' : undefined)
  const sender = () => createFonnteSender({ url: wire.url, token: 't', templates, timeoutMs: 500 })

  test('fills the template and sends a form', async () => {
    wire.answer = replying(200, { status: true, id: [80367170], target: ['628123456789'] })
    const message = {
      to,
      template: 'otp',
      language: 'id',
      bodyParams: ['123456', '5'],
      buttonParam: '123456',
    }
    expect(await sender().sendTemplate(message)).toEqual({ providerMessageId: '80367170' })
    expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/send' })
    expect(wire.requests[0]?.headers.authorization).toBe('t')
    expect(Object.fromEntries(new URLSearchParams(wire.requests[0]?.body))).toEqual({
      target: '628123456789',
      message: 'Kode Laku: 123456. Berlaku 5 menit.',
      countryCode: '62',
    })
  })

  test('a no comes with HTTP 200, and its words are the code, without numbers', async () => {
    wire.answer = replying(200, { status: false, reason: 'Target 628123456789 invalid' })
    const failure = await failureOf(sender().sendText({ to, body: 'Halo' }))
    expect(failure).toMatchObject({ provider: 'fonnte', outcome: 'refused', code: 'target_invalid' })
  })

  test.each([
    ['disconnected device', 'account'],
    ['Device disconnected!', 'account'],
    ['device is not connected', 'account'],
    ['token invalid', 'account'],
    ['invalid token, please check', 'account'],
    ['insufficient quota', 'account'],
    ['your quota is not enough', 'account'],
    ['device expired on 2026-11-01', 'account'],
    ['unknown user', 'account'],
    ['invalid/empty body value', 'message'],
    ['your account has been suspended', 'account'],
    ['Kuota habis', 'account'],
    ['perangkat terputus', 'account'],
    ['paket sudah kadaluarsa', 'account'],
    // A refusal without a reason may concern the account, so the message is tried again.
    [null, undefined],
  ])('%s is about the %s', async (reason, reach) => {
    wire.answer = replying(200, { status: false, reason, requestid: 1 })
    const { code, outcome } = await failureOf(sender().sendText({ to, body: 'Halo' }))
    expect([outcome, refusalBy(code)?.reach]).toEqual(['refused', reach])
  })

  test.each(['false', 0])('a status %j is a no as well', async (status) => {
    wire.answer = replying(200, { status, reason: 'token invalid' })
    expect(await failureOf(sender().sendText({ to, body: 'Halo' }))).toMatchObject({
      outcome: 'refused',
      code: 'token_invalid',
    })
  })

  test.each([null, [], {}, [null]])(
    'a message that was taken under the id %j is not sent again',
    async (id) => {
      wire.answer = replying(200, { status: 'true', id, process: 'pending' })
      expect((await sender().sendText({ to, body: 'Halo' })).providerMessageId).toMatch(/^unnamed-/)
    },
  )

  test('a single id is as good as a list of one', async () => {
    wire.answer = replying(200, { status: true, id: '80367170', process: 'pending' })
    expect(await sender().sendText({ to, body: 'Halo' })).toEqual({ providerMessageId: '80367170' })
  })

  test('a template it has no text for', async () => {
    const message = { to, template: 'promo', language: 'id', bodyParams: [] }
    const failure = await failureOf(sender().sendTemplate(message))
    expect(failure).toMatchObject({ outcome: 'refused', code: 'template_unknown' })
    expect(wire.requests).toHaveLength(0)
  })

  test('garbage', async () => {
    wire.answer = replying(200, '<html>')
    expect((await failureOf(sender().sendText({ to, body: 'Halo' }))).outcome).toBe('unknown')
  })
})
