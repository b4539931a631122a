import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { createPurchaseOrder, purchaseOrder, sendPurchaseOrder } from '../../domain/warehouse/index.ts'
import { queueMessages } from '../../domain/whatsapp/index.ts'
import { webhooksWhatsappJob } from '../../jobs/webhooks/whatsapp.ts'
import { whatsappSendJob } from '../../jobs/whatsapp/send.ts'
import { whatsappSweepJob } from '../../jobs/whatsapp/sweep.ts'
import { createWhatsApp } from '../../runtime/create-whatsapp.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
let app: FastifyInstance
beforeAll(async () => {
  laku = await openTestLaku({
    sandbox: true,
    jobs: [webhooksWhatsappJob, whatsappSendJob, whatsappSweepJob],
  })
  app = await buildServer(laku)
  await app.listen({ port: 0, host: '127.0.0.1' })
  laku.sandbox.setLakuUrl(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})
beforeEach(async () => {
  await control('PUT', 'profile', {})
  laku.config.whatsappApiUrl = laku.sandbox.whatsappUrl
  laku.providers.whatsapp = createWhatsApp(laku.config)
  await query(
    laku.ownerUrl,
    'delete from whatsapp_messages; delete from whatsapp_holds; delete from attention',
  )
})

async function control(method: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${laku.sandbox.url}/control/${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  })
  expect(answer.ok).toBe(true)
}
const throughFonnte = () => {
  laku.config.whatsappApiUrl = laku.sandbox.fonnteUrl
  laku.providers.whatsapp = createWhatsApp(laku.config)
}
let phones = 0
/** Makes a purchase order that was sent to its factory. */
async function told() {
  const market = await Market.open(laku)
  const phone = `+62812${String(20_000_000 + ++phones)}`
  await laku.db.updateTable('factories').set({ phone }).where('id', '=', market.factoryId).execute()
  const { id, code } = await laku.as(admin, async (work) => {
    const lines = [{ variantId: market.variantId, quantity: 5 }]
    return await sendPurchaseOrder(work, (await createPurchaseOrder(work, { lines })).id)
  })
  await laku.drain()
  await settled()
  const { providerMessageId } = await laku.db
    .selectFrom('whatsappMessages')
    .select('providerMessageId')
    .where('dedupeKey', '=', `purchase_order:${id}:1`)
    .executeTakeFirstOrThrow()
  const status = async () => (await laku.system((work) => purchaseOrder(work.tx, id))).status
  return { code, phone, providerMessageId, status }
}
const settled = async () => {
  await laku.sandbox.settleWebhooks()
  await laku.drain()
}
const attention = () => laku.db.selectFrom('attention').select(['kind', 'message', 'command']).execute()

describe('fact 10: a factory’s reply through Fonnte', () => {
  it('confirms its purchase order, and comes twice as once', async () => {
    throughFonnte()
    const order = await told()
    expect(order.providerMessageId).toMatch(/^\d+$/)
    await control('PUT', 'webhooks', { duplicates: 1 })
    await control('POST', 'fonnte/reply', { from: order.phone, body: 'YA' })
    await settled()
    await control('PUT', 'webhooks', {})
    expect(await order.status()).toBe('confirmed')
  })

  it.each([
    ['text/plain', JSON.stringify],
    ['application/x-www-form-urlencoded', (body: Record<string, string>) => `${new URLSearchParams(body)}`],
    ['application/x-www-form-urlencoded', JSON.stringify],
    [undefined, JSON.stringify],
  ])('is read where it says it is %s', async (type, written) => {
    throughFonnte()
    const { phone, status } = await told()
    const [secret] = laku.config.fonnteWebhookSecret as string[]
    const answer = await app.inject({
      method: 'POST',
      url: `/api/webhooks/fonnte/${secret}`,
      headers: type === undefined ? {} : { 'content-type': type },
      payload: Buffer.from(written({ device: '62811', sender: phone.slice(1), message: 'YA' })),
    })
    expect(answer.statusCode).toBe(200)
    await laku.drain()
    expect(await status()).toBe('confirmed')
  })

  it('is taken at the address with the secret alone', async () => {
    const [secret] = laku.config.fonnteWebhookSecret as string[]
    const post = async (path: string) =>
      (
        await app.inject({
          method: 'POST',
          url: `/api/webhooks/fonnte/${path}`,
          payload: { device: '62811', id: '1' },
        })
      ).statusCode
    expect(await post(secret as string)).toBe(200)
    expect(await post('guessed')).toBe(401)
    expect(await post(`${secret}x`)).toBe(401)
    laku.config.fonnteWebhookSecret = undefined
    expect(await post('')).not.toBe(200)
    expect(await post(secret as string)).toBe(401)
    laku.config.fonnteWebhookSecret = [secret as string]
  })

  it.each([
    ['fonnte.device', 'disconnected'],
    ['fonnte.quota', 'used_up'],
  ])('fact 8: %s %s holds the queue, and it goes by itself later', async (name, choice) => {
    throughFonnte()
    await control('PUT', 'profile', { [name]: choice })
    const order = { dedupeKey: `x${++phones}`, to: '+628123456789', template: 'settlement_paid' }
    await laku.system((work) => queueMessages(work, [{ ...order, params: ['PT {name}', 'S', '1'] }]))
    await laku.drain()
    expect(await attention()).toMatchObject([{ kind: 'whatsapp_held' }])
    await control('PUT', 'profile', {})
    laku.clock.shift(61)
    await laku.drain()
    expect(await laku.db.selectFrom('whatsappMessages').select('status').execute()).toEqual([
      { status: 'sent' },
    ])
    const sent = await fetch(`${laku.sandbox.url}/control/messages?to=628123456789`)
    // Fonnte would have replaced the braces by a contact's name.
    expect(((await sent.json()) as object[])[0]).toMatchObject({ body: expect.stringContaining('PT (name)') })
  })
})

describe('fact 9: a reply at Meta', () => {
  it.each(['button', 'interactive'])('by a quick reply (%s) is read', async (type) => {
    const order = await told()
    await control('POST', 'whatsapp/reply', {
      from: order.phone,
      body: 'Ya',
      type,
      context_id: order.providerMessageId,
    })
    await settled()
    expect(await order.status()).toBe('confirmed')
  })

  it('of whose number is kept back is known by what it answers', async () => {
    const order = await told()
    await control('PUT', 'profile', { 'whatsapp.sender': 'user_id' })
    await control('POST', 'whatsapp/reply', {
      from: order.phone,
      body: 'Ya',
      context_id: order.providerMessageId,
    })
    await settled()
    expect(await order.status()).toBe('confirmed')
    expect(await attention()).toEqual([])
  })

  it('of whose number is kept back, to nothing, is shown to a person with the order that it names', async () => {
    const order = await told()
    await control('PUT', 'profile', { 'whatsapp.sender': 'user_id' })
    await control('POST', 'whatsapp/reply', { from: order.phone, body: `Ya untuk ${order.code}` })
    await settled()
    expect(await order.status()).toBe('sent')
    expect(await attention()).toMatchObject([
      { kind: 'whatsapp_sender_unknown', command: `laku purchase-orders confirm ${order.code}` },
    ])
  })
})
