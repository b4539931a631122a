import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import type { Market } from '../../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../../test/storefront.ts'
import { createOrdersOf } from '../../group-buying/index.ts'
import { balanceIdr, factoryAccount } from '../../ledger/index.ts'
import { createSessionOrders, listOrders, setOrderStatus } from '../index.ts'

let laku: TestLaku
let shop: Storefront
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  market = shop.market
})
afterAll(() => laku.close())

async function soldSession(count: number) {
  const buyers = await market.buyers(count)
  const session = await market.session({ moq: count })
  await market.joinAndPay(buyers, session.id)
  return { buyers, session }
}

async function fulfilled(count: number) {
  const { buyers, session } = await soldSession(count)
  await market.addStock(count)
  await laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
  const orders = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 100 }))
  return { buyers, session, orders: orders.data }
}

describe('orders of a session', () => {
  it('start paid with their stock, and go out', async () => {
    const { orders, session } = await fulfilled(3)
    expect(orders).toHaveLength(3)
    for (const order of orders) {
      expect(order).toMatchObject({
        status: 'paid',
        allocated: true,
        sessionId: session.id,
        totalIdr: 60_000,
      })
      expect(await market.eventsOf(order.id)).toEqual(['order.paid', 'order.allocated'])
    }
    await shop.book(...orders.map((order) => order.id))
    const { data } = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 10 }))
    expect(data.map((order) => order.status)).toEqual(Array(3).fill('ready_for_pickup'))
    await shop.expectAllTrue()
  })

  it('are cancelled by support alone, with the money taken back from where the release put it', async () => {
    const { orders, buyers } = await fulfilled(2)
    const [order] = orders
    const owner = buyers.find((buyer) => buyer.id === order!.userId)!
    expect(await refusal(shop.cancel(customer(owner), order!.id))).toBe('order.group_order')
    const owedIdr = () => laku.system((work) => balanceIdr(work.tx, factoryAccount(market.factoryId)))
    const before = await owedIdr()
    await shop.cancel(admin, order!.id)
    // The commission was 5 % of 50,000.
    expect(await owedIdr()).toBe(before - 47_500)
    expect(await market.walletOf(owner)).toBe(60_000)
    expect(await shop.see(order!.id)).toMatchObject({ status: 'refunded', allocated: false })
    await shop.expectAllTrue()
  })

  it('without stock wait on hold, and take it when staff release them', async () => {
    const { session } = await soldSession(1)
    const participant = await laku.db
      .selectFrom('groupParticipants')
      .innerJoin('payments', 'payments.participantId', 'groupParticipants.id')
      .select(['groupParticipants.id', 'groupParticipants.userId', 'payments.id as paymentId'])
      .where('groupParticipants.sessionId', '=', session.id)
      .executeTakeFirstOrThrow()
    const address = {
      recipientName: 'Budi',
      phone: '+628120000001',
      street: 'Jl. Melati 1',
      district: 'Coblong',
      city: 'Bandung',
      province: 'Jawa Barat',
      postalCode: '40132',
    }
    const line = {
      participantId: participant.id,
      userId: participant.userId,
      paymentId: participant.paymentId,
      address,
      courierCompany: 'jne',
      courierType: 'reg',
      shippingIdr: 10_000,
      feeEstimated: false,
      allocated: false,
      items: [{ variantId: market.variantId, quantity: 1, unitPriceIdr: 49_999, commissionBps: 333 }],
    }
    const make = () =>
      laku.system((work) => createSessionOrders(work, { sessionId: session.id, lines: [line] }))
    const [made] = await make()
    expect(made).toMatchObject({ items: [{ goodsIdr: 49_999, commissionIdr: 1_664 }] })
    expect(await make()).toEqual([made])
    expect(await shop.see(made!.orderId)).toMatchObject({ status: 'on_hold', statusReason: 'no_stock' })
    await shop.book(made!.orderId)
    expect(await shop.see(made!.orderId)).toMatchObject({ status: 'on_hold', shipment: null })
    const release = () =>
      laku.as(admin, (work) => setOrderStatus(work, { order: made!.orderId, status: 'processing' }))
    const { onHand, reserved } = await shop.stock()
    if (onHand > reserved) await market.addStock(reserved - onHand)
    expect(await refusal(release())).toBe('order.out_of_stock')
    await market.addStock(1)
    expect(await release()).toMatchObject({ status: 'processing', allocated: true })
  })
})
