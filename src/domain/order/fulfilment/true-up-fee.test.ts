import { afterAll, beforeAll, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import type { Buyer, Market } from '../../../../test/market.ts'
import { rate } from '../../../../test/market.ts'
import { customer, orderChoreography, Storefront } from '../../../../test/storefront.ts'
import { createOrdersOf } from '../../group-buying/index.ts'
import { balanceIdr } from '../../ledger/index.ts'
import type { Rate } from '../../logistics/index.ts'
import { acceptReturn, listOrders, type OrderView, requestReturn, trueUpFee } from '../index.ts'
import { refundUndeliverable } from './refund-undeliverable.ts'

// The shipping fee is from the zone table when the order is placed; then the courier names its price. The
// buyer pays the lower of the two, and the company pays the rest, whatever happens to the order later.
let laku: TestLaku
let shop: Storefront
let market: Market
const told: string[] = []

beforeAll(async () => {
  const note = async (_: unknown, events: readonly { payload: { orderId: string } }[]) => {
    told.push(...events.map(({ payload }) => payload.orderId))
  }
  const choreography = { ...orderChoreography, 'shipment.priced': { reactions: [note] } }
  laku = await openTestLaku({ sandbox: true, choreography, jobs: [] })
  shop = await Storefront.open(laku)
  market = shop.market
  await market.addStock(1_000)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

const ZONE = 216_000
const estimate = (priceIdr = ZONE): Rate => ({ ...rate, priceIdr, source: 'zone', isEstimate: true })
const buyer = async (): Promise<Buyer> => (await market.buyers(1))[0]!
const book = async (order: { id: string }) => {
  await shop.book(order.id)
  const { priceIdr } = await laku.db
    .selectFrom('shipments')
    .select('priceIdr')
    .where('orderId', '=', order.id)
    .executeTakeFirstOrThrow()
  return priceIdr as number
}
const trueUp = (order: { id: string }) => laku.system((work) => trueUpFee(work, order.id))
const balance = (key: 'shipping' | 'shipping-margin' | 'subsidy' | 'commission') =>
  laku.system((work) => balanceIdr(work.tx, key))
const order = async (who: Buyer, fee: Rate = estimate()) => {
  const placed = await shop.order(who, 1, { rate: fee })
  await market.pay(placed.payment.id)
  return placed.order
}
const sessionOrder = async (who: Buyer): Promise<OrderView> => {
  const session = await market.session({ moq: 1 })
  const { payment } = await market.join(who, session.id, 1, { rate: estimate() })
  await market.pay(payment.id)
  await laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
  const { data } = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 1 }))
  return data[0]!
}
const deliver = async (id: string) => {
  await shop.parcel(id, 'picked_up', 'in_transit', 'delivered')
}

it.each([
  ['a direct order', order],
  ['a session’s order', sessionOrder],
] as const)(
  '%s: the buyer gets what the courier takes less, once, and the books close at its price',
  async (_, place) => {
    const who = await buyer()
    const before = { shipping: await balance('shipping'), margin: await balance('shipping-margin') }
    const placed = await place(who)
    expect(placed).toMatchObject({ shippingIdr: ZONE, shippingIsEstimate: true })
    const priceIdr = await book(placed)
    expect(priceIdr).toBeLessThan(ZONE)
    expect(told).toContain(placed.id)
    await trueUp(placed)
    await trueUp(placed)
    expect(await market.walletOf(who)).toBe(ZONE - priceIdr)
    const seen = await shop.see(placed.id)
    expect(seen).toMatchObject({
      shippingIdr: priceIdr,
      totalIdr: placed.goodsIdr + priceIdr,
      shippingIsEstimate: false,
    })
    await shop.expectAllTrue()
    await deliver(placed.id)
    await shop.expectAllTrue()
    expect({ shipping: await balance('shipping'), margin: await balance('shipping-margin') }).toEqual(before)
  },
)

it.each([
  ['a direct order', order],
  ['a session’s order', sessionOrder],
] as const)(
  '%s that is cancelled after it gives back the rest: all of what was paid, and no more',
  async (_, place) => {
    const who = await buyer()
    const placed = await place(who)
    await book(placed)
    await trueUp(placed)
    await shop.cancel(admin, placed.id)
    expect(await market.walletOf(who)).toBe(placed.totalIdr)
    await shop.expectAllTrue()
  },
)

it('a parcel that comes back keeps the courier’s price, not the estimate', async () => {
  const who = await buyer()
  const placed = await order(who)
  const priceIdr = await book(placed)
  await trueUp(placed)
  await shop.parcel(placed.id, 'picked_up', 'in_transit', 'returning', 'returned')
  await laku.as(admin, (work) => refundUndeliverable(work, placed.id))
  expect(await market.walletOf(who)).toBe(placed.totalIdr - priceIdr)
})

it('a return of broken goods gives all back that is left', async () => {
  const who = await buyer()
  const placed = await order(who)
  await book(placed)
  await trueUp(placed)
  await deliver(placed.id)
  await laku.as(customer(who), (work) => requestReturn(work, { order: placed.id, reason: 'damaged' }))
  await laku.as(admin, (work) => acceptReturn(work, { return: placed.code }))
  expect(await market.walletOf(who)).toBe(placed.totalIdr)
})

it('a price that is told after the delivery is trued up out of the margin', async () => {
  const who = await buyer()
  const placed = await order(who)
  const priceIdr = await book(placed)
  await deliver(placed.id)
  const margin = await balance('shipping-margin')
  await trueUp(placed)
  expect(await market.walletOf(who)).toBe(ZONE - priceIdr)
  expect(margin - (await balance('shipping-margin'))).toBe(ZONE - priceIdr)
})

it('what the courier takes more is the company’s: the buyer pays nothing after the fact', async () => {
  const who = await buyer()
  const placed = await order(who, estimate(1_000))
  const priceIdr = await book(placed)
  expect(priceIdr).toBeGreaterThan(1_000)
  await trueUp(placed)
  expect(await market.walletOf(who)).toBe(0)
  expect(await shop.see(placed.id)).toMatchObject({
    shippingIdr: 1_000,
    totalIdr: placed.totalIdr,
    shippingIsEstimate: false,
  })
})

it('a fee that a courier named is no estimate, and its difference stays where it was', async () => {
  const who = await buyer()
  const placed = await order(who, { ...rate, priceIdr: ZONE })
  await book(placed)
  expect(told).not.toContain(placed.id)
  await trueUp(placed)
  expect(await market.walletOf(who)).toBe(0)
})

it('who was refunded before it is given nothing twice', async () => {
  const who = await buyer()
  const placed = await order(who)
  await book(placed)
  await shop.cancel(admin, placed.id)
  await trueUp(placed)
  expect(await market.walletOf(who)).toBe(placed.totalIdr)
})
