import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../test/failures/working-shop.ts'
import { openTestLaku, system, type TestLaku } from '../../test/laku.ts'
import { Storefront } from '../../test/storefront.ts'
import { newId, secondsAfter } from '../domain/kernel/index.ts'
import { openInvoice } from '../domain/payment/index.ts'
import { receiveWebhook, type WebhookProvider } from '../domain/webhooks/index.ts'
import { createLogger } from '../runtime/logger.ts'
import { type RunningWorker, startWorker } from './worker.ts'

describe('a provider that is held up', () => {
  const held = Promise.withResolvers<void>()
  const asked: string[] = []
  const lines: string[] = []
  let laku: TestLaku
  let shop: Storefront
  let worker: RunningWorker
  beforeAll(async () => {
    laku = await openTestLaku({ sandbox: true })
    shop = await Storefront.open(laku)
    await shop.market.addStock(10)
    const { gateway } = laku.providers
    const getInvoice = async (id: string) => {
      asked.push(id)
      await held.promise
      return await gateway.getInvoice(id)
    }
    const providers = { ...laku.providers, gateway: { ...gateway, getInvoice } }
    const logger = createLogger({ logLevel: 'debug' }, { write: (line) => void lines.push(line) })
    worker = await startWorker({ ...laku, providers, logger } as TestLaku)
  })
  afterAll(async () => {
    held.resolve()
    await worker.close()
    await shop.expectAllTrue()
    await laku.close()
  })

  async function invoiceId(): Promise<string> {
    const [buyer] = await shop.market.buyers(1)
    const { payment } = await shop.order(buyer!)
    const { unitOfWork, providers } = laku
    await openInvoice(
      { unitOfWork, actor: system, gateway: providers.gateway, publicUrl: 'http://laku.test' },
      payment.code,
    )
    const row = await laku.db
      .selectFrom('payments')
      .select('providerInvoiceId')
      .where('id', '=', payment.id)
      .executeTakeFirstOrThrow()
    return row.providerInvoiceId as string
  }
  async function courierOrderId(): Promise<string> {
    const [buyer] = await shop.market.buyers(1)
    const { order } = await shop.paidOrder(buyer!)
    await shop.book(order.id)
    const row = await laku.db
      .selectFrom('shipments')
      .select('providerOrderId')
      .where('orderId', '=', order.id)
      .executeTakeFirstOrThrow()
    return row.providerOrderId as string
  }
  const ofInvoice = (id: string) => ({ id, external_id: 'x', status: 'PENDING' })
  const ofParcel = (id: string) => ({ event: 'order.status', order_id: id, status: 'confirmed' })
  const incoming = (provider: WebhookProvider, update: object) => ({
    provider,
    dedupeKey: newId(),
    headers: {},
    body: JSON.stringify(update),
  })
  const deliver = (provider: WebhookProvider, update: object) =>
    laku.system((work) => receiveWebhook(work, incoming(provider, update)))
  /** Stores a webhook delivery whose job was lost. */
  async function deliverWithoutJob(provider: WebhookProvider, update: object): Promise<string> {
    const [id, now] = [newId(), laku.clock.now()]
    const { headers, ...rest } = incoming(provider, update)
    await laku.db
      .insertInto('webhookInbox')
      .values({
        id,
        ...rest,
        headers: JSON.stringify(headers),
        receivedAt: now,
        nextAttemptAt: secondsAfter(now, -1),
      })
      .execute()
    return id
  }
  const statusesOf = async (...ids: string[]) => {
    const rows = await laku.db
      .selectFrom('webhookInbox')
      .select(['id', 'status'])
      .where('id', 'in', ids)
      .execute()
    return ids.map((id) => rows.find((row) => row.id === id)?.status)
  }

  it("does not hold up another's deliveries, nor those that the sweep brings back", async () => {
    const [invoice, lost] = [await invoiceId(), await invoiceId()]
    const parcel = await courierOrderId()
    const first = await deliver('xendit', ofInvoice(invoice))
    await eventually(
      async () => asked,
      (ids) => expect(ids).toContain(invoice),
    )
    const second = await deliverWithoutJob('xendit', ofInvoice(lost))
    const parcels = [
      await deliver('biteship', ofParcel(parcel)),
      await deliverWithoutJob('biteship', ofParcel(parcel)),
    ]
    await eventually(
      () => statusesOf(...parcels),
      (statuses) => expect(statuses).toEqual(['processed', 'processed']),
    )
    expect(await statusesOf(first, second)).toEqual(['received', 'received'])
    held.resolve()
    await eventually(
      () => statusesOf(first, second),
      (statuses) => expect(statuses).toEqual(['processed', 'processed']),
    )
  })

  it('logs under an id of its own for each batch of jobs', async () => {
    const ran = lines.map((line) => JSON.parse(line)).filter((line) => line.msg === 'jobs ran')
    expect(ran.length).toBeGreaterThan(1)
    const ids = ran.map((line) => line.request_id)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
