import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../../test/storefront.ts'
import { expirePayments } from '../../payment/index.ts'
import { reopenPayment } from '../index.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  const policy = { unpaidOrders: 3, unpaidOrderUnits: 50, orderInvoiceHoursNew: 3, unpaidOrdersPerDay: 4 }
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

const HOUR_S = 3_600
const expire = async (paymentId: string) => {
  const { expiresAt } = await laku.db
    .selectFrom('payments')
    .select('expiresAt')
    .where('id', '=', paymentId)
    .executeTakeFirstOrThrow()
  const inS = (expiresAt.getTime() - laku.clock.now().getTime()) / 1_000
  laku.clock.shift(inS)
  await laku.system((work) => expirePayments(work, [paymentId]))
  return inS
}

it('who never paid anything has stock kept for three hours, and a day once they have (case 5)', async () => {
  const [buyer] = await shop.market.buyers(1)
  const { payment } = await shop.order(buyer!, 1)
  expect(await expire(payment.id)).toBe(3 * HOUR_S)
  await shop.paidOrder(buyer!, 1)
  const second = await shop.order(buyer!, 1)
  expect(await expire(second.payment.id)).toBe(24 * HOUR_S)
})

it('an order is opened again twice a day, and only within what one buyer may hold unpaid (case 5)', async () => {
  const [buyer] = await shop.market.buyers(1)
  const reopen = (orderId: string) =>
    laku.as(customer(buyer!), (work) => reopenPayment(work, { orderId }, shop.settings))
  const { order, payment } = await shop.order(buyer!, 30)
  await expire(payment.id)
  const other = await shop.order(buyer!, 30)
  expect(await refusal(reopen(order.id))).toBe('order.too_much_unpaid')
  await shop.cancel(customer(buyer!), other.order.id)
  for (let n = 0; n < 2; n++) await expire((await reopen(order.id)).id)
  expect(await refusal(reopen(order.id))).toBe('order.hold_renewed')
  laku.clock.shift(24 * HOUR_S)
  expect(await refusal(reopen(order.id))).toBe('ok')
})

it('who lets their orders end unpaid places no more of them that day', async () => {
  const [buyer] = await shop.market.buyers(1)
  for (let n = 0; n < 4; n++) await expire((await shop.order(buyer!, 1)).payment.id)
  expect(await refusal(shop.order(buyer!, 1))).toBe('order.too_much_unpaid')
  laku.clock.shift(24 * HOUR_S)
  expect(await refusal(shop.order(buyer!, 1))).toBe('ok')
})

it('one buyer holds a share of a variant’s stock unpaid, over all their orders', async () => {
  const [ana, budi] = await shop.market.buyers(2)
  const variantId = shop.market.otherVariantId
  await shop.market.addStock(20, variantId)
  laku.policy.unpaidShareFloor = 4
  const order = (who: typeof ana, quantity: number) =>
    shop.order(who!, 1, { items: [{ variantId, quantity }] })
  expect(await refusal(order(ana, 6))).toBe('order.too_much_unpaid')
  await order(ana, 3)
  expect(await refusal(order(ana, 3))).toBe('order.too_much_unpaid')
  expect(await refusal(order(budi, 5))).toBe('ok')
  laku.policy.unpaidShareFloor = 100
})

it('a parcel that no courier takes is refused with its weight (case 6)', async () => {
  const [buyer] = await shop.market.buyers(1)
  const heavy = laku.db.updateTable('productVariants').set({ weightG: 10_000 })
  await heavy.where('id', '=', shop.market.variantId).execute()
  expect(await refusal(shop.order(buyer!, 43))).toBe('logistics.parcel_impossible')
})
