import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  const policy = { unpaidOrders: 3, unpaidOrderUnits: 50 }
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [], policy })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100_000)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

it('one buyer holds so much stock unpaid, and so many orders, also at once (case 5)', async () => {
  const [ana, budi] = await shop.market.buyers(2)
  expect(await refusal(shop.order(ana!, 51))).toBe('order.too_much_unpaid')
  await shop.order(ana!, 30)
  expect(await refusal(shop.order(ana!, 21))).toBe('order.too_much_unpaid')
  await shop.order(ana!, 20)
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => shop.order(budi!, 1)))
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
})

it('who pays an order may place the next', async () => {
  const [buyer] = await shop.market.buyers(1)
  for (let n = 0; n < 4; n++) await shop.paidOrder(buyer!, 20)
})

it('a parcel that no courier takes is refused with its weight (case 6)', async () => {
  const [buyer] = await shop.market.buyers(1)
  const heavy = laku.db.updateTable('productVariants').set({ weightG: 10_000 })
  await heavy.where('id', '=', shop.market.variantId).execute()
  expect(await refusal(shop.order(buyer!, 43))).toBe('logistics.parcel_impossible')
})
