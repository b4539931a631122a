import { afterAll, beforeAll, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import type { Buyer, Market } from '../../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../../test/storefront.ts'
import { createOrdersOf } from '../../group-buying/index.ts'
import { newId } from '../../kernel/index.ts'
import { balanceIdr, factoryAccount } from '../../ledger/index.ts'
import { confirmPayments, createRefund, refundQuarantined } from '../../payment/index.ts'
import { suspendUser } from '../../user/index.ts'
import {
  acceptReturn,
  listOrders,
  type OrderView,
  type ReturnReason,
  refundLostOrders,
  reopenPayment,
  requestReturn,
} from '../index.ts'

// Staff refund a part of an order through its payment; then the order itself ends. Nobody may get or pay more
// than the whole price.
let laku: TestLaku
let shop: Storefront
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  market = shop.market
  await market.addStock(1_000)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

const balance = (key: Parameters<typeof balanceIdr>[1]) => laku.system((work) => balanceIdr(work.tx, key))
const books = async () => ({
  factory: await balance(factoryAccount(market.factoryId)),
  commission: await balance('commission'),
  subsidy: await balance('subsidy'),
})
const buyer = async (): Promise<Buyer> => (await market.buyers(1))[0]!
const refund = async (order: OrderView, amountIdr: number, borneBy: 'factory' | 'company') => {
  const { id } = await laku.db
    .selectFrom('payments')
    .select('id')
    .where((eb) => eb.or([eb('orderId', '=', order.id), eb('userId', '=', order.userId)]))
    .executeTakeFirstOrThrow()
  await laku.as(admin, (work) => createRefund(work, { payment: id, amountIdr, note: 'a scratch', borneBy }))
}
const sendBack = async (who: Buyer, order: OrderView, reason: ReturnReason) => {
  await laku.as(customer(who), (work) => requestReturn(work, { order: order.id, reason }))
  return await laku.as(admin, (work) => acceptReturn(work, { return: order.code }))
}
const sessionOrder = async (who: Buyer): Promise<OrderView> => {
  const session = await market.session({ moq: 1 })
  await market.joinAndPay([who], session.id, 1)
  await laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
  const { data } = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 1 }))
  return data[0]!
}

it('a return takes from the factory only what is left of its share', async () => {
  const [ana, before] = [await buyer(), await books()]
  const { order } = await shop.deliveredOrder(ana, 2)
  await refund(order, 10_000, 'factory')
  expect(await sendBack(ana, order, 'changed_mind')).toMatchObject({ refundIdr: 110_000 })
  expect(await books()).toEqual(before)
  expect(await market.walletOf(ana)).toBe(120_000)
})

it('a return gives goodwill that was given before not once more', async () => {
  const [ana, before] = [await buyer(), await books()]
  const { order } = await shop.deliveredOrder(ana, 1)
  await refund(order, order.shippingIdr + 5_000, 'company')
  expect(await sendBack(ana, order, 'damaged')).toMatchObject({ refundIdr: 55_000, shippingIdr: 0 })
  expect(await books()).toEqual({ ...before, subsidy: before.subsidy + order.shippingIdr })
  expect(await market.walletOf(ana)).toBe(order.totalIdr)
})

it('what a courier brought back is refunded but for what went back before', async () => {
  const [ana, before] = [await buyer(), await books()]
  const { order } = await shop.paidOrder(ana, 1)
  await refund(order, 20_000, 'company')
  await shop.move(
    order.id,
    'processing',
    'ready_for_pickup',
    'picked_up',
    'returning',
    'returned',
    'refunded',
  )
  expect(await market.walletOf(ana)).toBe(order.goodsIdr)
  expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  expect(await books()).toEqual(before)
})

it('staff give no more than a part of what an order holds; all of it goes back by cancelling', async () => {
  const { order } = await shop.paidOrder(await buyer(), 1)
  const code = refusal(refund(order, order.totalIdr, 'company'))
  expect(await code).toBe('payment.cancel_instead')
  await refund(order, order.totalIdr - 1, 'company')
  expect(await refusal(refund(order, 1, 'company'))).toBe('payment.cancel_instead')
  await shop.cancel(admin, order.id)
  expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
})

it('what came back of an order whose goods were refunded before is on the shelf, and the order over', async () => {
  const [ana, before] = [await buyer(), await books()]
  const { order } = await shop.paidOrder(ana, 1)
  await refund(order, order.goodsIdr, 'company')
  const { onHand } = await shop.stock()
  await shop.move(
    order.id,
    'processing',
    'ready_for_pickup',
    'picked_up',
    'returning',
    'returned',
    'refunded',
  )
  expect(await shop.see(order.id)).toMatchObject({ status: 'refunded', allocated: false })
  expect(await shop.attention(order.id)).toEqual([])
  expect(await market.walletOf(ana)).toBe(order.goodsIdr)
  expect((await shop.stock()).onHand).toBe(onHand)
  expect(await books()).toEqual(before)
})

it('of a session order whose buyer had all of it before, goods that come back are taken back from the factory', async () => {
  for (const way of ['the courier', 'its buyer'] as const) {
    const [ana, before] = [await buyer(), await books()]
    const order = await sessionOrder(ana)
    await refund(order, order.totalIdr, 'company')
    await shop.move(order.id, 'processing', 'ready_for_pickup', 'picked_up')
    if (way === 'the courier') await shop.move(order.id, 'returning', 'returned', 'refunded')
    else {
      await shop.move(order.id, 'in_transit', 'delivered')
      expect(await sendBack(ana, order, 'changed_mind')).toMatchObject({ refundIdr: 0 })
    }
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
    // The company loses only the shipping fee that it refunded.
    expect(await books()).toEqual({ ...before, subsidy: before.subsidy + order.shippingIdr })
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
  }
})

it('what was taken back of goods is not taken from the factory again when staff give the fee back too', async () => {
  const [ana, before] = [await buyer(), await books()]
  const order = await sessionOrder(ana)
  await refund(order, order.goodsIdr, 'company')
  await shop.move(
    order.id,
    'processing',
    'ready_for_pickup',
    'picked_up',
    'returning',
    'returned',
    'refunded',
  )
  expect(await books()).toEqual(before)
  await refund(order, order.shippingIdr, 'factory')
  expect(await books()).toEqual({ ...before, subsidy: before.subsidy + order.shippingIdr })
  expect(await market.walletOf(ana)).toBe(order.totalIdr)
})

it.each([
  ['a part', 20_000],
  ['all', undefined],
])(
  'a cancelled session order takes its goods’ money back from the factory, whoever gave %s of it back before',
  async (_what, part) => {
    const [ana, before] = [await buyer(), await books()]
    const order = await sessionOrder(ana)
    await refund(order, part ?? order.totalIdr, 'company')
    const stock = await shop.stock()
    expect(await shop.cancel(admin, order.id)).toMatchObject({
      status: expect.stringMatching(/cancelled|refunded/),
    })
    expect(await books()).toEqual(before)
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    expect((await shop.stock()).reserved).toBe(stock.reserved - 1)
  },
)

it('an order is refunded when its own money is back, whatever came in beside it', async () => {
  const ana = await buyer()
  const { order, payment } = await shop.order(ana, 1)
  const wrong = { paymentId: payment.id, paidAmountIdr: 1_000, channel: 'BCA', invoiceId: newId() }
  await laku.system((work) => confirmPayments(work, [{ ...wrong, paidAt: work.now }]))
  const { id } = await laku.db
    .selectFrom('quarantinedMoney')
    .select('id')
    .where('paymentId', '=', payment.id)
    .executeTakeFirstOrThrow()
  await laku.as(admin, (work) => refundQuarantined(work, { id }))
  const again = await laku.as(customer(ana), (work) =>
    reopenPayment(work, { orderId: order.id }, shop.settings),
  )
  await market.pay(again.id)
  await shop.cancel(admin, order.id)
  expect((await shop.see(order.id)).status).toBe('refunded')
  expect(await market.walletOf(ana)).toBe(order.totalIdr + 1_000)
})

it('a parcel that was given up and arrives all the same is shown to a person', async () => {
  const ana = await buyer()
  const { order } = await shop.paidOrder(ana)
  await shop.book(order.id)
  await shop.parcel(order.id, 'in_transit')
  await shop.move(order.id, 'failed')
  await laku.system((work) => refundLostOrders(work, 10))
  expect(await shop.attention(order.id)).toEqual([])
  await shop.parcel(order.id, 'delivered')
  expect(await shop.attention(order.id)).toEqual(['order_contradicted'])
})

it('nobody orders who is kept out', async () => {
  const ana = await buyer()
  await laku.as(admin, (work) => suspendUser(work, { userId: ana.id, reason: 'a test' }))
  expect(await refusal(shop.order(ana))).toBe('order.user_not_active')
})

it('a refunded order stays so while staff ask to give its fee back as well', async () => {
  const ana = await buyer()
  const { order } = await shop.deliveredOrder(ana, 1)
  await sendBack(ana, order, 'changed_mind')
  laku.policy.refundTwoPersonAboveIdr = 1_000
  await refund(order, order.shippingIdr, 'company')
  laku.policy.refundTwoPersonAboveIdr = 1_000_000
  expect((await shop.see(order.id)).status).toBe('refunded')
  await shop.expectAllTrue()
})

it('a refunded order stays so while the money of its earlier invoice, paid after all, goes back too', async () => {
  const ana = await buyer()
  const { order, payment } = await shop.order(ana, 1)
  await market.expire(payment.id)
  const again = await laku.as(customer(ana), (work) =>
    reopenPayment(work, { orderId: order.id }, shop.settings),
  )
  await market.pay(again.id)
  await shop.move(order.id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered')
  await sendBack(ana, order, 'changed_mind')
  const late = { paymentId: payment.id, paidAmountIdr: order.totalIdr, channel: 'DANA', invoiceId: newId() }
  await laku.system((work) => confirmPayments(work, [{ ...late, paidAt: work.now }]))
  expect((await shop.see(order.id)).status).toBe('refunded')
  await shop.expectAllTrue()
})
