import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stockGoods } from '../../src/commands/demo/catalogue.ts'
import { compareBooks } from '../../src/commands/demo/compare-books.ts'
import { until } from '../../src/commands/demo/poll.ts'
import { actOutAll } from '../../src/commands/demo/run.ts'
import { Shop } from '../../src/commands/demo/shop.ts'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../../src/runtime/embedded-postgres.ts'
import { digest } from '../digest.ts'
import { touchedByReplay } from './replay.ts'

const stop = (dataDir: string) => stopEmbeddedPostgres(dataDir)
const kill = async (dataDir: string) => process.kill((await startEmbeddedPostgres(dataDir)).pid, 'SIGKILL')
const quiet = { opening: () => {}, flow: () => {}, step: () => {} }
const DOWN_MS = 2_000
// The sandbox gives up a delivery after ten seconds.
const LONG_DOWN_MS = 12_000
// The timeout is long, because laku asks about a payment whose webhook was given up only half a minute after
// its invoice was made.
const TIMEOUT_MS = 120_000

describe('a shop whose database is restarted under its server and its worker', () => {
  let shop: Shop
  let variantId: string
  beforeAll(async () => {
    shop = await Shop.open([], { LAKU_LOG_LEVEL: 'fatal' })
    const goods = await stockGoods(shop, { name: 'Payung', sku: 'CHAOS-PAYUNG', priceIdr: 50_000, stock: 20 })
    variantId = goods.variantId
  })
  afterAll(() => shop.close())

  const restarts = {
    'is stopped': { bring: stop, forMs: DOWN_MS },
    'is killed': { bring: kill, forMs: DOWN_MS },
    'is away for longer than the provider tries': { bring: stop, forMs: LONG_DOWN_MS },
  }

  it.each(Object.entries(restarts))(
    '%s: both come back by themselves, and what was paid meanwhile is booked',
    async (_, { bring, forMs }) => {
      const buyer = await shop.newBuyer('Yusuf')
      const { order, payment } = await buyer.order(variantId, 1)
      const { body: invoicePage } = await shop.staff.send<string>('GET', payment.invoice_url)
      await bring(shop.at.data_dir)
      const [downAt, downFromMs] = [new Date(), performance.now()]
      await shop.sandbox.ask('POST', invoicePage, { channel: 'QRIS' })
      await sleep(forMs)
      expect((await shop.staff.send('GET', '/readyz')).status).toBe(503)
      await startEmbeddedPostgres(shop.at.data_dir)
      const backMs = performance.now()
      await until(
        'the server',
        () => shop.staff.send('GET', '/readyz'),
        ({ status }) => status === 200,
        TIMEOUT_MS,
      )
      const serverMs = performance.now() - backMs
      // The provider repeats a refused delivery a few times. After that, the sweep of payments asks.
      const seenMs: Record<string, number> = {}
      await until(
        'the parcel',
        async () => {
          // Calls are a second apart, because a caller who asks much more often for minutes is limited.
          await sleep(1_000)
          const seen = await buyer.orderById(order.id)
          seenMs[seen.status] ??= performance.now() - backMs
          return seen
        },
        ({ status }) => status === 'ready_for_pickup',
        TIMEOUT_MS,
      )
      const { data: kept } = await shop.laku<{ data: unknown[] }>(
        'webhooks',
        'list',
        ...['--provider', 'xendit', '--since', downAt.toISOString()],
      )
      const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
      console.log(
        [
          `the database was away for ${seconds(backMs - downFromMs)}`,
          `the server answers ${seconds(serverMs)} after it`,
          ...Object.entries(seenMs).map(([status, ms]) => `${status} at ${seconds(ms)}`),
          kept.length > 0 ? 'the provider tried again' : 'the provider gave up and was asked',
        ].join('; '),
      )
    },
  )

  it('acts out all six flows after that, agrees with the provider, and a replay of every webhook changes nothing but the inbox', async () => {
    const results = await actOutAll(shop, quiet)
    expect(results.filter((flow) => !flow.ok)).toEqual([])
    expect((await compareBooks(shop)).book).toMatchObject({ agrees: true })
    const holds = await digestAtRest(shop)
    const { count } = await shop.laku<{ count: number }>(
      'webhooks',
      'replay',
      '--since',
      '-20d',
      '--reason',
      'a proof',
    )
    expect(count).toBeGreaterThan(30)
    await until(
      'the replayed deliveries',
      () => shop.laku<{ data: unknown[] }>('webhooks', 'list', '--status', 'received'),
      ({ data }) => data.length === 0,
      TIMEOUT_MS,
    )
    expect(await digestAtRest(shop)).toEqual(holds)
    expect(await shop.laku('ledger', 'verify')).toMatchObject({ ok: true })
    expect((await compareBooks(shop)).book).toMatchObject({ agrees: true })
  })
})

/** Returns the content of the tables once nothing changes any more. The worker keeps running. */
async function digestAtRest({ at }: Shop): Promise<Record<string, string>> {
  const { superUrl } = await startEmbeddedPostgres(at.data_dir)
  let before = await digest(superUrl, touchedByReplay)
  for (let tries = 0; tries < 30; tries++) {
    await sleep(1_500)
    const now = await digest(superUrl, touchedByReplay)
    if (JSON.stringify(now) === JSON.stringify(before)) return now
    before = now
  }
  throw new Error('the tables never come to rest')
}
