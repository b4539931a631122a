import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSettlementFixture, type SettlementFixture } from '../settlements.ts'
import { expectAgreed, expectBooked, type News, news } from './contradicted-payouts.ts'
import { permutationsOf, randomOf, sampleOf } from './permute.ts'

const ORDERS = 8

let f: SettlementFixture
beforeAll(async () => {
  f = await openSettlementFixture()
})
afterAll(() => f.laku.close())

it('what a provider says of a payout in any order, with retries between, leaves its book and ours agreed', async () => {
  const seed = Number(process.env.LAKU_SEED ?? Math.floor(Math.random() * 1e9))
  console.log(`orders of contradicting news by LAKU_SEED=${seed}`)
  const random = randomOf(seed)
  const orders = sampleOf(permutationsOf(news.length), ORDERS, random)
  expect(orders).toHaveLength(ORDERS)
  for (const order of orders)
    await expectBooked(
      f,
      order.map((at) => news[at] as News),
      random() < 0.5,
    )
  await expectAgreed(f)
}, 120_000)
