import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { buildServer } from '../server.ts'
import { whatsappWebhookRoutes } from './whatsapp.ts'

const url = '/api/webhooks/whatsapp'
let laku: TestLaku
let app: FastifyInstance
beforeAll(async () => {
  laku = await openTestLaku({ choreography: { 'webhook.received': {} } })
  app = await buildServer(laku)
  if (!app.hasRoute({ method: 'POST', url })) await app.register(whatsappWebhookRoutes(laku))
})
afterAll(async () => {
  await app.close()
  await laku.close()
})
beforeEach(async () => {
  await query(laku.ownerUrl, 'delete from webhook_inbox')
})

const stored = () => laku.db.selectFrom('webhookInbox').select(['provider', 'body', 'status']).execute()
const sign = (body: string) =>
  `sha256=${createHmac('sha256', laku.config.whatsappAppSecret[0] as string)
    .update(body)
    .digest('hex')}`
const deliver = async (body: string, signature: string | undefined = sign(body)) => {
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
  return (await app.inject({ method: 'POST', url, headers, payload: body })).statusCode
}

describe('the handshake', () => {
  const ask = (token: string) =>
    app.inject({
      url,
      query: { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '<b>1158</b>' },
    })

  it('echoes the challenge as plain text for our token', async () => {
    const reply = await ask(laku.config.whatsappVerifyToken[0] as string)
    expect([reply.statusCode, reply.body]).toEqual([200, '<b>1158</b>'])
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8')
  })

  it('refuses another token, and none', async () => {
    expect((await ask('theirs')).statusCode).toBe(401)
    expect((await app.inject({ url })).statusCode).toBe(401)
  })
})

describe('a delivery', () => {
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [] }, null, 1)

  it('is stored as it came, once', async () => {
    expect([await deliver(body), await deliver(body)]).toEqual([200, 200])
    expect(await stored()).toEqual([{ provider: 'whatsapp', body, status: 'received' }])
  })

  it.each([
    ['another signature', `sha256=${'0'.repeat(64)}`],
    ['one of other bytes', undefined],
  ])('with %s is refused and leaves nothing', async (_, signature) => {
    expect(await deliver(body, signature ?? sign(`${body} `))).toBe(401)
    expect(await stored()).toEqual([])
  })

  it('that is no JSON, or too large, leaves nothing', async () => {
    expect(await deliver('{')).toBe(400)
    expect(await deliver(JSON.stringify({ x: 'x'.repeat(256 * 1024) }))).toBe(413)
    expect(await stored()).toEqual([])
  })
})
