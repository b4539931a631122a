import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, someone, type TestLaku } from '../../../test/laku.ts'
import type { Buyer, Market } from '../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { createOrdersOf } from '../group-buying/index.ts'
import type { Actor, StaffRole } from '../kernel/index.ts'
import { balanceIdr, factoryAccount, orderFunds } from '../ledger/index.ts'
import {
  completeOrders,
  listOrders,
  lostOrdersDue,
  refundLostOrders,
  type StatusByHand,
  setOrderStatus,
  sweepShipments,
} from './index.ts'

let laku: TestLaku
let shop: Storefront
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ watched: true, sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  market = shop.market
  await market.addStock(1_000)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

type Account = Parameters<typeof balanceIdr>[1]
const balance = (key: Account) => laku.system((work) => balanceIdr(work.tx, key))
const owed = () => balance(factoryAccount(market.factoryId))
const buyer = async (): Promise<Buyer> => (await market.buyers(1))[0]!
const staff = (role: StaffRole): Actor =>
  someone({ id: admin.kind === 'staff' ? admin.id : '', name: role, role })
const set = (order: string, status: StatusByHand, reason?: string, actor: Actor = admin) =>
  laku.as(actor, (work) => setOrderStatus(work, { order, status, reason }))

/** Makes a session's order: 50,000 of goods and a fee of 10,000, with the escrow released. */
async function sessionOrder() {
  const [ana] = await market.buyers(1)
  const session = await market.session({ moq: 1 })
  await market.joinAndPay([ana!], session.id)
  await laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
  const { data } = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 1 }))
  return { ana: ana!, order: data[0]! }
}

describe('cancelling once the order is being sent', () => {
  it('calls the booked courier off first, and takes its price back', async () => {
    const ana = await buyer()
    const before = [
      await balance('courier-deposit'),
      await balance('shipping'),
      (await shop.stock()).reserved,
    ]
    const { order } = await shop.paidOrder(ana)
    await shop.book(order.id)
    expect(await refusal(shop.cancel(customer(ana), order.id))).toBe('order.not_cancellable')
    expect(await refusal(shop.cancel(staff('warehouse'), order.id))).toBe('kernel.forbidden')
    await shop.cancel(staff('support'), order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded', shipment: { status: 'cancelled' } })
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    const after = [await balance('courier-deposit'), await balance('shipping'), (await shop.stock()).reserved]
    expect(after).toEqual(before)
  })

  it('is refused where the courier has the parcel on its way', async () => {
    const ana = await buyer()
    const { order } = await shop.paidOrder(ana)
    await shop.book(order.id)
    await moveAtCourier(order.id, 'picked')
    expect(await refusal(shop.cancel(admin, order.id))).toBe('logistics.courier_cancel_refused')
    expect(await shop.see(order.id)).toMatchObject({
      status: 'ready_for_pickup',
      shipment: { status: 'booked' },
    })
    expect(await market.walletOf(ana)).toBe(0)
  })

  it('changes nothing while the courier does not answer, and finishes when it does', async () => {
    const ana = await buyer()
    const { order } = await shop.paidOrder(ana)
    await shop.book(order.id)
    await shop.fault({ provider: 'biteship', kind: 'error' })
    expect(await refusal(shop.cancel(admin, order.id))).toBe('logistics.courier_unavailable')
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup' })
    await shop.fault()
    await shop.cancel(admin, order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  })

  it('finds a courier cancelled already, whose update never came', async () => {
    const ana = await buyer()
    const { order } = await shop.paidOrder(ana)
    await shop.book(order.id)
    await moveAtCourier(order.id, 'cancelled')
    await shop.cancel(admin, order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded', shipment: { status: 'cancelled' } })
  })

  it('withdraws a parcel that no courier was asked for yet', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await set(order.id, 'processing')
    await openPending(order.id)
    await shop.cancel(admin, order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded', shipment: { status: 'cancelled' } })
    await shop.book(order.id)
    expect(await shop.see(order.id)).toMatchObject({ shipment: { status: 'cancelled' } })
  })

  it('and holding wait for a courier that may have been booked', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.fault({ provider: 'biteship', operation: 'createOrder', kind: 'error' })
    await shop.book(order.id)
    await shop.fault()
    expect(await shop.see(order.id)).toMatchObject({ status: 'processing', shipment: { status: 'pending' } })
    expect(await refusal(set(order.id, 'on_hold', 'a question'))).toBe('order.parcel_booked')
    expect(await refusal(shop.cancel(admin, order.id))).toBe('order.parcel_booked')
    const unasked = (await shop.paidOrder(await buyer())).order
    await openPending(unasked.id)
    await set(unasked.id, 'on_hold', 'a question')
    expect(await shop.see(unasked.id)).toMatchObject({ status: 'on_hold', shipment: { status: 'cancelled' } })
  })

  it('of a session takes the release back, also when the courier was booked', async () => {
    const { ana, order } = await sessionOrder()
    await shop.book(order.id)
    const [factory, commission] = [await owed(), await balance('commission')]
    await shop.cancel(admin, order.id)
    expect([await owed(), await balance('commission')]).toEqual([factory - 47_500, commission - 2_500])
    expect(await market.walletOf(ana)).toBe(60_000)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  })

  it('is over when it has left', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.move(order.id, 'processing', 'ready_for_pickup', 'picked_up')
    expect(await refusal(shop.cancel(admin, order.id))).toBe('kernel.illegal_transition')
  })

  it('of a held order frees it and its money', async () => {
    const ana = await buyer()
    const { order } = await shop.paidOrder(ana)
    await set(order.id, 'on_hold', 'address unclear')
    await shop.cancel(staff('support'), order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded', allocated: false })
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
  })
})

async function openPending(orderId: string) {
  const { openShipments } = await import('./booking/book.ts')
  await laku.system((work) => openShipments(work, [orderId]))
}

async function moveAtCourier(orderId: string, status: string) {
  const { providerOrderId } = await laku.db
    .selectFrom('shipments')
    .select('providerOrderId')
    .where('orderId', '=', orderId)
    .executeTakeFirstOrThrow()
  const response = await fetch(`${laku.sandbox.url}/control/shipments/${providerOrderId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status }),
  })
  expect(response.ok).toBe(true)
}

describe('a courier that cancels by itself', () => {
  it('sends the order back to be booked anew', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.book(order.id)
    await shop.parcel(order.id, 'not_found')
    expect(await shop.see(order.id)).toMatchObject({
      status: 'processing',
      statusReason: 'courier_called_off',
    })
    await shop.book(order.id)
    expect(await shop.see(order.id)).toMatchObject({
      status: 'ready_for_pickup',
      shipment: { status: 'booked' },
    })
  })

  it('three times is booked by nobody any more, and a person is told; a parcel that only came back does not count', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.book(order.id)
    await shop.parcel(order.id, 'returning', 'returned')
    await shop.move(order.id, 'processing')
    const again = async () => {
      laku.clock.shift(600)
      await sweepShipments(shop.booking)
      return (await shop.see(order.id)).shipment?.status
    }
    for (const told of [[], [], ['order_called_off']]) {
      expect(await again()).toBe('booked')
      await shop.parcel(order.id, 'cancelled')
      expect(await shop.attention(order.id)).toEqual(told)
    }
    expect(await again()).toBe('cancelled')
    expect(await shop.see(order.id)).toMatchObject({ status: 'processing', allocated: true })
  })
})

describe('a lost parcel', () => {
  it('of a direct order is paid back at our cost, fee included, and its factory gets its share', async () => {
    const ana = await buyer()
    const { order } = await shop.paidOrder(ana)
    await shop.book(order.id)
    const [factory, subsidy, stock] = [await owed(), await balance('subsidy'), await shop.stock()]
    await shop.parcel(order.id, 'picked_up', 'in_transit', 'lost')
    expect(await shop.see(order.id)).toMatchObject({ status: 'failed' })
    await laku.system((work) => refundLostOrders(work, 10))
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    expect(await owed()).toBe(factory + 57_000)
    expect(await balance('subsidy')).toBe(subsidy + order.totalIdr)
    expect(await balance(orderFunds(order.id))).toBe(0)
    expect(await shop.stock()).toEqual({ onHand: stock.onHand - 1, reserved: stock.reserved - 1 })
    expect(await laku.system((work) => refundLostOrders(work, 10))).toBe(0)
  })

  it('is decided once, also while its refund is on its way to the source', async () => {
    const isDue = async () => {
      const { rows } = await sql<{ due: boolean }>`select ${lostOrdersDue(laku.clock.now())} as due`.execute(
        laku.db,
      )
      return rows[0]?.due
    }
    const { order, payment } = await shop.paidOrder(await buyer())
    await sql`update payments set channel = 'DANA' where id = ${payment.id}`.execute(laku.db)
    await shop.move(order.id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'failed')
    expect(await isDue()).toBe(true)
    expect(await laku.system((work) => refundLostOrders(work, 10))).toBe(1)
    expect(await isDue()).toBe(false)
    expect(await shop.see(order.id)).toMatchObject({ status: 'failed' })
  })

  it('of a session leaves the factory what it has, also when it is lost on its way back', async () => {
    const { ana, order } = await sessionOrder()
    await shop.book(order.id)
    const factory = await owed()
    await shop.parcel(order.id, 'picked_up', 'returning', 'lost')
    await laku.system((work) => refundLostOrders(work, 10))
    expect(await owed()).toBe(factory)
    expect(await market.walletOf(ana)).toBe(60_000)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  })
})

describe('a parcel that the courier brings back', () => {
  async function cameBack(ana: Buyer) {
    const { order } = await shop.paidOrder(ana)
    await shop.book(order.id)
    await shop.parcel(order.id, 'picked_up', 'returning', 'returned')
    expect(await shop.see(order.id)).toMatchObject({ status: 'returned' })
    expect(await shop.attention(order.id)).toEqual(['order_came_back'])
    return order
  }

  it('is sent again, with its stock counted in and reserved', async () => {
    const before = await shop.stock()
    const order = await cameBack(await buyer())
    expect(await shop.stock()).toEqual({ onHand: before.onHand - 1, reserved: before.reserved })
    await set(order.id, 'processing')
    expect(await shop.attention(order.id)).toEqual([])
    expect(await shop.stock()).toEqual({ onHand: before.onHand, reserved: before.reserved + 1 })
    await shop.book(order.id)
    await shop.parcel(order.id, 'picked_up', 'in_transit', 'delivered')
    expect(await shop.see(order.id)).toMatchObject({ status: 'delivered' })
  })

  it('or refunded: the goods, not the fee that the courier earned', async () => {
    const [ana, before] = [await buyer(), await shop.stock()]
    const order = await cameBack(ana)
    const [factory, shipping] = [await owed(), await balance('shipping')]
    expect(await refusal(set(order.id, 'refunded', undefined, staff('warehouse')))).toBe('kernel.forbidden')
    await set(order.id, 'refunded')
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded', allocated: false })
    expect(await market.walletOf(ana)).toBe(order.goodsIdr)
    expect(await balance(orderFunds(order.id))).toBe(0)
    expect(await owed()).toBe(factory)
    expect(await balance('shipping')).toBe(shipping + order.shippingIdr)
    expect(await shop.stock()).toEqual(before)
    expect(await refusal(set(order.id, 'processing'))).toBe('kernel.illegal_transition')
  })

  it('of a session takes the goods back from the factory', async () => {
    const { ana, order } = await sessionOrder()
    await shop.move(order.id, 'processing', 'ready_for_pickup', 'picked_up', 'returning', 'returned')
    const factory = await owed()
    await set(order.id, 'refunded')
    expect(await owed()).toBe(factory - 47_500)
    expect(await market.walletOf(ana)).toBe(50_000)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  })
})

describe('a delivered order', () => {
  it('is completed when its return window is over, once', async () => {
    const { order } = await shop.deliveredOrder(await buyer())
    const complete = () => laku.system((work) => completeOrders(work, 100))
    await complete()
    expect(await shop.see(order.id)).toMatchObject({ status: 'delivered' })
    laku.clock.shift(7 * 24 * 3600)
    expect(await complete()).toBeGreaterThanOrEqual(1)
    expect(await shop.see(order.id)).toMatchObject({ status: 'completed' })
    expect((await market.eventsOf(order.id)).at(-1)).toBe('order.status_changed')
    expect(await complete()).toBe(0)
  })
})
