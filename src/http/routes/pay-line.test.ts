import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { type Buyer, rate } from '../../../test/market.ts'
import { Storefront } from '../../../test/storefront.ts'
import { buildServer } from '../server.ts'

describe('the line for invoices', () => {
  let laku: TestLaku
  let app: FastifyInstance
  beforeAll(async () => {
    laku = await openTestLaku({ sandbox: true, policy: { xenditCallsPerMinute: 60 } })
    app = await buildServer(laku)
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const open = async (code: string) => {
    const { statusCode, headers, body } = await app.inject({ url: `/pay/${code}` })
    return { status: statusCode, retryAfter: Number(headers['retry-after']), body }
  }

  it('sends on those for whom there is room, and shows the others their place until it is their turn', async () => {
    const shop = await Storefront.open(laku)
    await shop.market.addStock(100)
    const codes: string[] = []
    for (const buyer of await shop.market.buyers(10))
      codes.push((await shop.order(buyer, 1, { rate })).payment.code)
    const first = await Promise.all(codes.map(open))
    const sent = first.filter((item) => item.status === 302)
    const waiting = codes.filter((_, i) => first[i]?.status === 202)
    expect(sent.length).toBeGreaterThanOrEqual(6)
    expect(waiting.length).toBeGreaterThanOrEqual(2)
    expect(sent.length + waiting.length).toBe(10)
    const pages = first.filter((item) => item.status === 202)
    for (const page of pages) expect(page.body).toContain(`http-equiv="refresh" content="${page.retryAfter}"`)
    expect(new Set(pages.map((page) => /nomor (\d+)/.exec(page.body)?.[1])).size).toBe(pages.length)
    // Opening the link again takes no second place in the queue.
    const again = await Promise.all(waiting.map(open))
    for (const [i, page] of again.entries()) {
      // On a slow machine the payment's turn may have come in the meantime.
      if (page.status !== 302) expect(page.retryAfter).toBeLessThanOrEqual(pages[i]?.retryAfter ?? 0)
    }
    const next = pages.findIndex(
      (page) => page.retryAfter === Math.min(...pages.map((page) => page.retryAfter)),
    )
    await sleep((again[next]?.retryAfter || 0) * 1_000)
    expect((await open(waiting[next] as string)).status).toBe(302)
  })

  it('puts what one buyer holds unpaid behind the first of all others (case 5)', async () => {
    const shop = await Storefront.open(laku)
    await shop.market.addStock(100)
    const order = async (buyer: Buyer) => (await shop.order(buyer, 1, { rate })).payment.code
    const [greedy, ...others] = await shop.market.buyers(20)
    const mine: string[] = []
    for (let i = 0; i < 8; i++) mine.push(await order(greedy!))
    const theirs: string[] = []
    for (const buyer of others) theirs.push(await order(buyer))
    // Other buyers fill the queue. Then one buyer opens all their payments, and after them a new buyer opens
    // one.
    await Promise.all(theirs.slice(0, 17).map(open))
    const pages = await Promise.all(mine.map(open))
    const turns = await laku.db
      .selectFrom('payments')
      .select('code')
      .where('code', 'in', mine)
      .where('invoiceTurnAt', 'is not', null)
      .execute()
    expect(turns.length).toBeLessThanOrEqual(1)
    expect(pages.every(({ status }) => status === 202 || status === 302)).toBe(true)
    const late = await open(theirs[18]!)
    // About eighteen turns of a good second each come before the new buyer, but not the eight other payments
    // of the buyer before.
    expect(late.retryAfter).toBeLessThanOrEqual(25)
  })
})
