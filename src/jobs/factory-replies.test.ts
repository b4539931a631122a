import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../test/laku.ts'
import { Market } from '../../test/market.ts'
import { newId } from '../domain/kernel/index.ts'
import {
  createPurchaseOrder,
  purchaseOrder,
  sendPurchaseOrder,
  showPurchaseOrder,
} from '../domain/warehouse/index.ts'
import { receiveWebhook } from '../domain/webhooks/index.ts'
import { webhooksWhatsappJob } from './webhooks/whatsapp.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
})
afterAll(() => laku.close())

let phones = 0

/** Makes a purchase order to a factory of its own, whose message was sent. */
async function sent(): Promise<{ id: string; code: string; phone: string; messageId: string }> {
  market = await Market.open(laku)
  const phone = `+62811${String(10_000_000 + ++phones)}`
  await laku.db.updateTable('factories').set({ phone }).where('id', '=', market.factoryId).execute()
  return { ...(await another()), phone }
}

async function another() {
  const { id, code } = await laku.as(admin, async (work) => {
    const lines = [{ variantId: market.variantId, quantity: 5 }]
    return await sendPurchaseOrder(work, (await createPurchaseOrder(work, { lines })).id)
  })
  return { id, code, messageId: await wentOut(id) }
}

async function wentOut(id: string): Promise<string> {
  const messageId = `wamid.${id}`
  await laku.db
    .updateTable('whatsappMessages')
    .set({ status: 'sent', providerMessageId: messageId, nextAttemptAt: null })
    .where('dedupeKey', '=', `purchase_order:${id}:1`)
    .execute()
  return messageId
}

interface Said {
  from: string
  body: string
  context?: string
  id?: string
  /** The time of the message, in seconds from now. */
  later?: number
}

/** Stores a webhook delivery of Meta with these messages, as the route does. */
function delivery(...said: Said[]): Promise<string> {
  const messages = said.map(({ from, body, context, id = `wamid.${randomUUID()}`, later = 0 }) => ({
    from: from.slice(1),
    id,
    timestamp: String(Math.floor(laku.clock.now().getTime() / 1000) + later),
    type: 'text',
    text: { body },
    ...(context ? { context: { id: context } } : {}),
  }))
  const body = JSON.stringify({ entry: [{ changes: [{ value: { messages } }] }], nonce: randomUUID() })
  return laku.system((work) =>
    receiveWebhook(work, { provider: 'whatsapp', dedupeKey: randomUUID(), headers: {}, body }),
  )
}

const process = (...ids: string[]) =>
  webhooksWhatsappJob.run(
    laku,
    ids.map((id) => ({ id, data: { inboxId: id } })),
  )
const say = async (...said: Said[]) => process(await delivery(...said))
const statusOf = async (id: string) => (await laku.system((work) => purchaseOrder(work.tx, id))).status
const repliesOf = async (id: string) => {
  const { replies } = await laku.system((work) => showPurchaseOrder(work.tx, id))
  return replies.map((reply) => reply.meaning)
}

async function attentionOf(id: string) {
  return await laku.db
    .selectFrom('attention')
    .select(['kind', 'times', 'message'])
    .where('subjectId', '=', id)
    .execute()
}

describe("a factory's reply", () => {
  it('to our message confirms its purchase order, once, however often it is delivered', async () => {
    const { id, phone, messageId } = await sent()
    const said = { from: phone, body: 'Ok siap', context: messageId, id: 'wamid.one' }
    const first = await delivery(said)
    await Promise.all([process(first), say(said), say(said)])
    await process(first)
    expect(await statusOf(id)).toBe('confirmed')
    expect(await repliesOf(id)).toEqual(['yes'])
    expect((await market.eventsOf(id)).filter((type) => type === 'purchase_order.confirmed')).toHaveLength(1)
  })

  it('may name the code instead, or be the answer to the only one that waits', async () => {
    const first = await sent()
    const second = await another()
    await say({ from: first.phone, body: 'ok' })
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['sent', 'sent'])
    expect(await attentionOf(first.id)).toMatchObject([{ kind: 'purchase_order_reply_ambiguous' }])
    await say({ from: first.phone, body: `ya, ${second.code.toLowerCase()}` })
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['sent', 'confirmed'])
    await say({ from: first.phone, body: 'sudah dikirim kemarin' })
    expect(await statusOf(first.id)).toBe('shipped')
  })

  it('may answer several at once by their codes', async () => {
    const first = await sent()
    const second = await another()
    await say({ from: first.phone, body: `ok ${first.code} dan ${second.code}` })
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['confirmed', 'confirmed'])
  })

  it('counts from its own phone alone, and a customer who writes is none of ours', async () => {
    const { id, code, messageId } = await sent()
    const stranger = '+6281299990000'
    await say({ from: stranger, body: `ok ${code}` }, { from: stranger, body: 'ok', context: messageId })
    await say({ from: stranger, body: 'halo' })
    expect(await statusOf(id)).toBe('sent')
    expect(await repliesOf(id)).toEqual([])
  })

  it('that says no, or nothing clear, is shown to a person without its words', async () => {
    const { id, phone, messageId } = await sent()
    await say({ from: phone, body: 'besok saya cek dulu, nomor rekening 12345', context: messageId })
    expect(await attentionOf(id)).toMatchObject([{ kind: 'purchase_order_reply_unclear', times: 1 }])
    await say({ from: phone, body: 'maaf tidak bisa', context: messageId })
    expect((await attentionOf(id)).map((item) => item.kind).sort()).toEqual([
      'purchase_order_refused',
      'purchase_order_reply_unclear',
    ])
    expect(JSON.stringify(await attentionOf(id))).not.toMatch(/12345|maaf/)
    expect(await statusOf(id)).toBe('sent')
    await say({ from: phone, body: 'ok jadi bisa', context: messageId })
    expect(await statusOf(id)).toBe('confirmed')
  })

  it('ends in one state whatever order its deliveries come in', async () => {
    const { id, phone, messageId } = await sent()
    await say({ from: phone, body: 'ok', context: messageId, later: 60 })
    await say({ from: phone, body: 'tidak', context: messageId })
    expect(await statusOf(id)).toBe('confirmed')
    expect(await attentionOf(id)).toEqual([])
    const shipped = await sent()
    await say({ from: shipped.phone, body: 'sudah dikirim', context: shipped.messageId, later: 60 })
    await say({ from: shipped.phone, body: 'ok', context: shipped.messageId })
    expect(await statusOf(shipped.id)).toBe('shipped')
  })

  it('that overtakes the worker which sends the message waits for it', async () => {
    const first = await sent()
    const second = await another()
    await laku.db
      .updateTable('whatsappMessages')
      .set({ providerMessageId: null })
      .where('providerMessageId', '=', second.messageId)
      .execute()
    const early = await delivery({ from: first.phone, body: 'siap', context: second.messageId })
    await process(early)
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['sent', 'sent'])
    await wentOut(second.id)
    await process(early)
    expect([await statusOf(first.id), await statusOf(second.id)]).toEqual(['sent', 'confirmed'])
  })

  it('comes out of the inbox processed, with statuses beside it', async () => {
    const { id, phone, messageId } = await sent()
    const body = JSON.stringify({
      entry: [
        {
          changes: [
            {
              value: {
                statuses: [{ id: messageId, status: 'read', timestamp: '1790000000', recipient_id: 'x' }],
              },
            },
            {
              value: {
                messages: [
                  {
                    id: newId(),
                    from: phone.slice(1),
                    timestamp: '1790000000',
                    type: 'image',
                    context: { id: messageId },
                  },
                ],
              },
            },
          ],
        },
      ],
    })
    const inboxId = await laku.system((work) =>
      receiveWebhook(work, { provider: 'whatsapp', dedupeKey: randomUUID(), headers: {}, body }),
    )
    await process(inboxId)
    const row = await laku.db
      .selectFrom('webhookInbox')
      .select(['status', 'body'])
      .where('id', '=', inboxId)
      .executeTakeFirstOrThrow()
    expect(row).toEqual({ status: 'processed', body })
    expect(await repliesOf(id)).toEqual(['unclear'])
  })
})
