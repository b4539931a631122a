import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSettlementFixture, type SettlementFixture } from '../settlements.ts'
import { expectAgreed, expectBooked, type News, news } from './contradicted-payouts.ts'
import { permutationsOf } from './permute.ts'

/** A cut of the 720, for a look. */
const ORDERS = Number(process.env.LAKU_ORDERS ?? Number.POSITIVE_INFINITY)

let f: SettlementFixture
beforeAll(async () => {
  f = await openSettlementFixture()
})
afterAll(() => f.laku.close())

it('every permutation of what a provider says of a payout, with retries between: its book and ours agree', async () => {
  const orders = permutationsOf(news.length).slice(0, ORDERS)
  for (const [at, order] of orders.entries())
    await expectBooked(
      f,
      order.map((one) => news[one] as News),
      at % 2 === 0,
    )
  await expectAgreed(f)
  expect(orders.length).toBe(Math.min(ORDERS, 720))
}, 3_600_000)
