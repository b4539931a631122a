import { createHmac } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SECRETS, startFixture } from '../../../test/sandbox-fixture.ts'
import { fieldsOf } from '../fields.ts'

let f: Awaited<ReturnType<typeof startFixture>>
beforeAll(async () => {
  f = await startFixture()
})
afterAll(() => f.close())
beforeEach(async () => {
  f.clock.aheadMs = 0
  await f.control('POST', '/reset')
  f.receiver.received.length = 0
})

const send = (content: object, headers: Record<string, string> = {}) =>
  f.whatsapp(
    'POST',
    `/v23.0/${SECRETS.whatsapp.phoneNumberId}/messages`,
    { messaging_product: 'whatsapp', recipient_type: 'individual', to: '6281234567890', ...content },
    headers,
  )
const otp = {
  type: 'template',
  template: {
    name: 'otp',
    language: { code: 'id' },
    components: [
      { type: 'body', parameters: [{ type: 'text', text: '482913' }] },
      { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: '482913' }] },
    ],
  },
}
const text = { type: 'text', text: { preview_url: false, body: 'Halo' } }

describe('WhatsApp', () => {
  it('sends a template, keeps its code, and tells three signed statuses', async () => {
    const sent = await send(otp)
    expect(sent.body).toMatchObject({
      messaging_product: 'whatsapp',
      contacts: [{ input: '6281234567890', wa_id: '6281234567890' }],
      messages: [{ id: expect.stringMatching(/^wamid\./) }],
    })
    const messages = await f.control('GET', '/messages?to=+6281234567890&channel=whatsapp')
    expect(messages.list).toMatchObject([{ channel: 'whatsapp', code: '482913', template: 'otp' }])
    expect((await f.control('GET', '/messages?to=081234567890')).list).toHaveLength(1)
    await f.sandbox.settleWebhooks()
    expect(f.receiver.received).toHaveLength(3)
    for (const { headers, raw, path } of f.receiver.received) {
      const signature = createHmac('sha256', SECRETS.whatsapp.appSecret).update(raw).digest('hex')
      expect([path, headers['x-hub-signature-256']]).toEqual([
        '/api/webhooks/whatsapp',
        `sha256=${signature}`,
      ])
    }
    expect(f.receiver.received[0]?.body).toMatchObject({
      entry: [{ changes: [{ value: { statuses: [{ status: 'sent', recipient_id: '6281234567890' }] } }] }],
    })
  })

  it('takes free text only within 24 hours of a reply', async () => {
    expect((await send(text)).body).toMatchObject({ error: { code: 131047, type: 'OAuthException' } })
    const { status } = await f.control('POST', '/whatsapp/reply', {
      from: '+6281234567890',
      body: 'Halo juga',
      context_id: 'wamid.x',
    })
    expect(status).toBe(202)
    expect((await send(text)).status).toBe(200)
    await f.sandbox.settleWebhooks()
    expect(f.receiver.received[0]?.body).toMatchObject({
      entry: [
        {
          changes: [
            {
              value: {
                messages: [
                  {
                    from: '6281234567890',
                    type: 'text',
                    text: { body: 'Halo juga' },
                    context: { id: 'wamid.x' },
                  },
                ],
              },
            },
          ],
        },
      ],
    })
    f.clock.aheadMs = 25 * 3_600_000
    expect((await send(text)).status).toBe(400)
  })

  it('wants its token, its number and a whole message', async () => {
    const wrong = await send(otp, { authorization: 'Bearer no' })
    expect([wrong.status, wrong.body]).toMatchObject([401, { error: { code: 190 } }])
    expect((await f.whatsapp('POST', '/999/messages', {})).body).toMatchObject({ error: { code: 100 } })
    expect((await send({ type: 'template', template: { name: 'otp' } })).body).toMatchObject({
      error: { code: 100 },
    })
    expect((await send({ ...otp, to: '12' })).body).toMatchObject({ error: { code: 131026 } })
  })

  it('verifies a webhook by its challenge', async () => {
    expect((await f.control('POST', '/whatsapp/verify')).body).toEqual({ status: 200, verified: true })
  })
})

describe('SMS', () => {
  const sms = (fields: Record<string, string>, login = `${SECRETS.sms.account}:${SECRETS.sms.token}`) =>
    fetch(`${f.sandbox.smsUrl}/2010-04-01/Accounts/${SECRETS.sms.account}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(login)}` },
      body: new URLSearchParams(fields),
    })

  it('queues a message', async () => {
    const answer = await sms({ To: '+6281234567890', From: 'LAKU', Body: 'Kode 112233.' })
    expect([answer.status, await answer.json()]).toMatchObject([
      201,
      { status: 'queued', to: '+6281234567890' },
    ])
    expect((await f.control('GET', '/messages?channel=sms')).list).toMatchObject([{ code: '112233' }])
  })

  it('refuses as Twilio does', async () => {
    const codes = [
      await sms({ From: 'LAKU', Body: 'x' }),
      await sms({ To: '+6281234567890', Body: 'x' }),
      await sms({ To: '+6281234567890', From: 'LAKU' }),
      await sms({ To: '0812', From: 'LAKU', Body: 'x' }),
      await sms({}, 'AC123:no'),
    ].map(async (answer) => [answer.status, fieldsOf(await answer.json()).code])
    expect(await Promise.all(codes)).toEqual([
      [400, 21604],
      [400, 21603],
      [400, 21602],
      [400, 21211],
      [401, 20003],
    ])
  })
})

describe('email and push', () => {
  const mail = () => {
    const transport = createTransport(f.sandbox.smtpUrl)
    const message = {
      from: 'laku@laku.test',
      to: 'siti@example.test',
      subject: 'Kode',
      text: 'Kode Anda 654321',
    }
    return transport.sendMail(message).finally(() => transport.close())
  }

  it('receives mail', async () => {
    expect((await mail()).response).toContain('250')
    expect((await f.control('GET', '/messages?to=siti@example.test')).list).toMatchObject([
      { channel: 'email', subject: 'Kode', code: '654321', body: expect.stringContaining('Kode Anda') },
    ])
  })

  it.each([
    ['refuse', 550],
    ['error', 451],
  ])('answers mail with %s by %i', async (kind, responseCode) => {
    await f.control('PUT', '/faults', [{ provider: 'email', kind, times: 1 }])
    await expect(mail()).rejects.toMatchObject({ responseCode })
    await mail()
  })

  it('takes a push as it is, and says 410 when told to', async () => {
    const push = () => fetch(`${f.sandbox.pushUrl}/sub-1`, { method: 'POST', body: 'sealed' })
    expect((await push()).status).toBe(201)
    expect((await f.control('GET', '/messages?to=sub-1')).list).toMatchObject([
      { channel: 'push', body: 'sealed' },
    ])
    await f.control('PUT', '/faults', [{ provider: 'push', kind: 'refuse' }])
    expect((await push()).status).toBe(410)
  })
})
