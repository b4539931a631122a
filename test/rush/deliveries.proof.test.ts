import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openInvoice } from '../../src/domain/payment/index.ts'
import { sendByStaff, sendMessages } from '../../src/domain/whatsapp/index.ts'
import { admin, system } from '../laku.ts'
import { randomOf } from '../permutations/permute.ts'
import { several } from '../permutations/world.ts'
import { RunningLaku } from '../running-laku.ts'
import { type Received, startReceiver } from '../sandbox-fixture.ts'
import { openRushShop, percentile, type RushShop, rush } from './rush-shop.ts'

const PAYMENTS = 400
const PARCELS = 200
const MESSAGES = 250
const DELIVERIES = 2_000
/** The number of webhook deliveries that are sent at the same time. */
const TOGETHER = 32
const TIMEOUT_MS = 300_000

describe(`${DELIVERIES} deliveries while the worker is down`, () => {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 1e9))
  let shop: RushShop
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  beforeAll(async () => {
    receiver = await startReceiver()
    shop = await openRushShop({ xenditCallsPerMinute: 1_000_000 })
    // The providers' webhooks are recorded, to be delivered later in another order.
    shop.laku.sandbox.setLakuUrl(receiver.url)
    await payAll()
    await moveAll()
    await sendAll()
    await shop.laku.sandbox.settleWebhooks()
  }, 600_000)
  afterAll(async () => {
    await receiver.close()
    await shop.close()
  })

  async function payAll(): Promise<void> {
    const { laku, storefront, market } = shop
    const context = {
      unitOfWork: laku.unitOfWork,
      actor: system,
      gateway: laku.providers.gateway,
      publicUrl: 'http://laku.test',
    }
    await several(await market.buyers(PAYMENTS), async (buyer) => {
      const { payment } = await storefront.order(buyer)
      const opened = await openInvoice(context, payment.code)
      if (opened.state !== 'redirect') throw new Error(`${payment.code} is ${opened.state}`)
      expect((await shop.pay(opened.url)).status).toBe(200)
    })
  }

  async function moveAll(): Promise<void> {
    const { laku, storefront, market } = shop
    const placed = await several(await market.buyers(PARCELS), (buyer) => storefront.paidOrder(buyer))
    await storefront.book(...placed.map(({ order }) => order.id))
    const parcels = await laku.db.selectFrom('shipments').select('providerOrderId').execute()
    expect(parcels).toHaveLength(PARCELS)
    await several(parcels, async ({ providerOrderId }) => {
      for (const status of ['picked', 'dropping_off', 'delivered'])
        expect((await shop.control('POST', `shipments/${providerOrderId}`, { status })).status).toBe(200)
    })
  }

  async function sendAll(): Promise<void> {
    const { laku } = shop
    const ids = await laku.as(admin, async (work) => {
      const made: string[] = []
      for (let i = 0; i < MESSAGES; i++)
        made.push(
          (
            await sendByStaff(work, {
              to: `+6281299${String(i).padStart(6, '0')}`,
              template: 'laku_notice',
              params: ['hello'],
            })
          ).id,
        )
      return made
    })
    await sendMessages({ unitOfWork: laku.unitOfWork, actor: system, whatsapp: laku.providers.whatsapp }, ids)
  }

  const count = async (query: ReturnType<typeof sql<{ n: number }>>) =>
    (await query.execute(shop.laku.db)).rows[0]?.n
  const waiting = () =>
    count(sql<{ n: number }>`select count(*)::int as n from webhook_inbox where status <> 'processed'`)

  it('are all answered 200, and processed once when it is back', async () => {
    // The receiver also gets the webhooks about messages that the worker sends later.
    const received = receiver.received.slice()
    expect(received).toHaveLength(PAYMENTS + 3 * PARCELS + 3 * MESSAGES)
    const random = randomOf(seed)
    const again = Array.from(
      { length: DELIVERIES - received.length },
      () => received[Math.floor(random() * received.length)] as Received,
    )
    const sent = [...received, ...again]
      .map((item) => ({ one: item, at: random() }))
      .sort((a, b) => a.at - b.at)
    const began = performance.now()
    const answers = await rush(sent, ({ one: otherReceived }) => shop.deliver(otherReceived), TOGETHER)
    const tookMs = performance.now() - began
    expect(answers.filter((answer) => answer.status !== 200)).toEqual([])
    const ms = answers.map((answer) => answer.ms)
    console.log(
      `${DELIVERIES} deliveries, ${TOGETHER} at a time, LAKU_SEED=${seed}: ${(tookMs / 1000).toFixed(1)} s; ` +
        `p50 ${percentile(ms, 50)} ms, p99 ${percentile(ms, 99)} ms`,
    )
    expect(await waiting()).toBe(received.length)

    await shop.limitXendit(600)
    const back = performance.now()
    await RunningLaku.worker(shop.env)
    while ((await waiting()) !== 0 && performance.now() - back < TIMEOUT_MS) await sleep(200)
    console.log(
      `all processed ${((performance.now() - back) / 1000).toFixed(1)} s after the worker was started`,
    )
    await expectOnce(received.length)
    expect(percentile(ms, 99)).toBeLessThan(500)
  })

  async function expectOnce(distinct: number): Promise<void> {
    const { rows } = await sql`
      select (select count(*)::int from webhook_inbox where status = 'processed') as processed,
        (select sum(deliveries)::int from webhook_inbox) as deliveries,
        (select count(*)::int from payments where status = 'paid') as paid,
        (select count(*)::int from events where type = 'payment.paid') as told,
        (select count(*)::int from ledger_transactions where kind = 'payment.confirmed') as posted,
        (select count(*)::int from shipments where status = 'delivered') as delivered,
        (select count(*)::int from events where type = 'order.delivered') as earned,
        (select max(n)::int from (select count(*) as n from shipment_events
          group by shipment_id, status, happened_at, provider_status) seen) as an_event,
        (select count(*)::int from whatsapp_messages where dedupe_key like 'staff:%' and status = 'read') as read,
        (select count(*)::int from attention where resolved_at is null) as attention`.execute(shop.laku.db)
    const paid = PAYMENTS + PARCELS
    expect(rows).toEqual([
      {
        processed: distinct,
        deliveries: DELIVERIES,
        paid,
        told: paid,
        posted: paid,
        delivered: PARCELS,
        earned: PARCELS,
        anEvent: 1,
        read: MESSAGES,
        attention: 0,
      },
    ])
    await shop.expectWhole()
  }
})
