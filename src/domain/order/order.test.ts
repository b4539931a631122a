import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import type { Market } from '../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { newId, secondsAfter } from '../kernel/index.ts'
import { balanceIdr, orderFunds, walletAccount } from '../ledger/index.ts'
import { confirmPayments, refundQuarantined } from '../payment/index.ts'
import { updateProduct } from '../product/index.ts'
import { getOrder, listOrders, reopenPayment, type StatusByHand, setOrderStatus } from './index.ts'

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

async function buyer() {
  const [firstBuyer] = await market.buyers(1)
  return firstBuyer!
}

const funds = (orderId: string) => laku.system((work) => balanceIdr(work.tx, orderFunds(orderId)))
const reopen = (who: { id: string; addressId: string }, orderId: string) =>
  laku.as(customer(who), (work) => reopenPayment(work, { orderId }, shop.settings))

describe('an order', () => {
  it('has its price, a fee by a courier, its stock and a payment', async () => {
    const ana = await buyer()
    const before = await shop.stock()
    const { order, payment } = await shop.order(ana, 3)
    expect(order).toMatchObject({ status: 'pending_payment', goodsIdr: 180_000, sessionId: null })
    expect(order.shippingIdr).toBeGreaterThan(0)
    expect(order.totalIdr).toBe(order.goodsIdr + order.shippingIdr)
    expect(order.items).toMatchObject([{ quantity: 3, unitPriceIdr: 60_000, totalIdr: 180_000 }])
    expect(payment).toMatchObject({
      status: 'pending',
      amountIdr: order.totalIdr,
      invoiceUrl: `http://laku.test/pay/${payment.code}`,
      expiresAt: secondsAfter(laku.clock.now(), 24 * 3600),
    })
    expect((await shop.stock()).reserved).toBe(before.reserved + 3)
    expect(await market.eventsOf(order.id)).toEqual(['stock.reserved', 'order.created'])
  })

  it('counts equal variants together, and goes with the courier that was asked for', async () => {
    const ana = await buyer()
    const items = [1, 2].map((quantity) => ({ variantId: market.variantId, quantity }))
    const { order } = await shop.order(ana, 1, { items, courier: { company: 'sicepat', type: 'best' } })
    expect(order.items).toMatchObject([{ quantity: 3 }])
    expect(order.courier).toEqual({ company: 'sicepat', type: 'best' })
  })

  it('is refused with what is wrong, and leaves nothing', async () => {
    const [ana, other] = [await buyer(), await buyer()]
    const before = await shop.stock()
    const items = (variantId: string, quantity = 1) => ({ items: [{ variantId, quantity }] })
    expect(await refusal(shop.order(ana, 1, { addressId: other.addressId }))).toBe('order.address_not_found')
    expect(await refusal(shop.order(ana, 1, items(newId())))).toBe('order.variant_not_found')
    expect(await refusal(shop.order(ana, 0))).toBe('order.no_items')
    expect(await refusal(shop.order(ana, 1, { items: [] }))).toBe('order.no_items')
    expect(await refusal(shop.order(ana, 1, { courier: { company: 'nobody', type: 'x' } }))).toBe(
      'logistics.courier_not_offered',
    )
    laku.policy.invoiceMinimumIdr = 1_000_000
    expect(await refusal(shop.order(ana, 1))).toBe('payment.below_invoice_minimum')
    laku.policy.invoiceMinimumIdr = 10_000
    expect(await refusal(shop.order(ana, 1, { paymentMethod: 'wallet' }))).toBe('wallet.insufficient_balance')
    const tooMany = shop.order(ana, 1_500)
    await expect(tooMany).rejects.toMatchObject({
      code: 'order.out_of_stock',
      details: {
        items: [{ variantId: market.variantId, quantity: 1_500, free: before.onHand - before.reserved }],
      },
    })
    expect(await shop.stock()).toEqual(before)
    expect((await laku.as(customer(ana), (work) => listOrders(work, { limit: 10 }))).data).toEqual([])
  })

  it('is paid with its payment and goes out with a waybill', async () => {
    const { order, payment } = await shop.order(await buyer(), 2)
    expect(await market.pay(payment.id)).toEqual(['paid'])
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid', paidAt: laku.clock.now() })
    expect(await funds(order.id)).toBe(order.totalIdr)
    await shop.book(order.id)
    const booked = await shop.see(order.id)
    expect(booked).toMatchObject({ status: 'ready_for_pickup', shipment: { status: 'booked' } })
    // The courier gives the waybill number and the link later.
    expect([booked.waybill, booked.trackingUrl]).toEqual([null, null])
    expect(await market.eventsOf(order.id)).toEqual([
      'stock.reserved',
      'order.created',
      'order.paid',
      'order.allocated',
      'order.status_changed',
      'order.status_changed',
    ])
  })

  it('is paid from the wallet at once', async () => {
    const ana = await buyer()
    const first = await shop.paidOrder(ana, 2)
    await shop.cancel(customer(ana), first.order.id)
    const { order, payment } = await shop.order(ana, 1, { paymentMethod: 'wallet' })
    expect([order.status, payment.status]).toEqual(['paid', 'paid'])
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid' })
    expect(await market.walletOf(ana)).toBe(first.order.totalIdr - order.totalIdr)
  })

  it("is seen by its buyer and by staff, another's is not found", async () => {
    const [ana, other] = [await buyer(), await buyer()]
    const { order } = await shop.order(ana)
    const seenBy = (actor: Parameters<TestLaku['as']>[0]) =>
      laku.as(actor, (work) => getOrder(work, order.code.toLowerCase()))
    expect(await seenBy(customer(ana))).toMatchObject({ id: order.id })
    expect(await seenBy(admin)).toMatchObject({ id: order.id })
    expect(await refusal(seenBy(customer(other)))).toBe('order.not_found')
    expect(await refusal(shop.cancel(customer(other), order.id))).toBe('order.not_found')
    expect(await refusal(reopen(other, order.id))).toBe('order.not_found')
    const filter = { limit: 10, userId: ana.id }
    expect((await laku.as(customer(other), (work) => listOrders(work, filter))).data).toEqual([])
  })

  it('is listed newest first by keyset pages', async () => {
    const ana = await buyer()
    const made = [await shop.order(ana), await shop.order(ana), await shop.order(ana)]
    const list = (cursor?: string) => laku.as(customer(ana), (work) => listOrders(work, { limit: 2, cursor }))
    const page = await list()
    const next = await list(page.nextCursor!)
    const seen = [...page.data, ...next.data].map((order) => order.id)
    expect(seen).toEqual(made.map((placedOrder) => placedOrder.order.id).reverse())
    expect(next.nextCursor).toBeNull()
  })
})

describe('an order whose invoice expires', () => {
  it('is cancelled, its stock is free, and a fresh payment brings it back', async () => {
    const ana = await buyer()
    const before = await shop.stock()
    const { order, payment } = await shop.order(ana, 2)
    expect(await refusal(reopen(ana, order.id))).toBe('order.payment_open')
    await market.expire(payment.id)
    const expired = { status: 'cancelled', statusReason: 'payment_expired', allocated: false }
    expect(await shop.see(order.id)).toMatchObject(expired)
    expect(await shop.stock()).toEqual(before)
    const fresh = await reopen(ana, order.id)
    expect(fresh).toMatchObject({ status: 'pending', amountIdr: order.totalIdr })
    expect(fresh.id).not.toBe(payment.id)
    expect((await shop.stock()).reserved).toBe(before.reserved + 2)
    await market.pay(fresh.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid' })
    expect(await refusal(reopen(ana, order.id))).toBe('order.not_payable')
  })

  it('comes back neither without stock nor at another price', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.order(ana)
    await market.expire(payment.id)
    const price = (priceIdr: number) =>
      laku.as(admin, (work) =>
        updateProduct(work, { productId: market.productId, variants: [{ id: market.variantId, priceIdr }] }),
      )
    await price(61_000)
    expect(await refusal(reopen(ana, order.id))).toBe('order.price_changed')
    await price(60_000)
    const { onHand, reserved } = await shop.stock()
    await market.addStock(reserved - onHand)
    expect(await refusal(reopen(ana, order.id))).toBe('order.out_of_stock')
    await market.addStock(onHand - reserved)
    expect(await shop.see(order.id)).toMatchObject({ status: 'cancelled' })
  })

  it('sends money back that comes after all', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.order(ana)
    await market.expire(payment.id)
    expect(await market.pay(payment.id)).toEqual(['late'])
    expect(await funds(order.id)).toBe(0)
    // A virtual account accepts no refunds, so the money is in the wallet at once.
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  })

  it('takes the late money where a fresh payment waits, and sends back what comes twice', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.order(ana)
    await market.expire(payment.id)
    const fresh = await reopen(ana, order.id)
    expect(await market.pay(payment.id)).toEqual(['late'])
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid' })
    expect(await market.eventsOf(fresh.id)).toEqual(['payment.withdrawn'])
    expect(await market.pay(fresh.id)).toEqual(['paid'])
    expect(await funds(order.id)).toBe(order.totalIdr)
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid' })
  })

  it('is paid once where both payments are told of at once', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.order(ana)
    await market.expire(payment.id)
    const fresh = await reopen(ana, order.id)
    expect((await market.pay(payment.id, fresh.id)).toSorted()).toEqual(['late', 'paid'])
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid' })
    expect(await funds(order.id)).toBe(order.totalIdr)
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
  })

  it('waits for its fresh payment, though late and wrong money of the first one is sent back meanwhile', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.order(ana)
    await market.expire(payment.id)
    const fresh = await reopen(ana, order.id)
    const paidAmountIdr = order.totalIdr - 1
    await laku.system((work) =>
      confirmPayments(work, [
        { paymentId: payment.id, paidAmountIdr, paidAt: work.now, channel: 'BCA', invoiceId: 'wrong' },
      ]),
    )
    const { id } = await laku.db
      .selectFrom('quarantinedMoney')
      .select('id')
      .where('paymentId', '=', payment.id)
      .executeTakeFirstOrThrow()
    await laku.as(admin, (work) => refundQuarantined(work, { id }))
    expect(await shop.see(order.id)).toMatchObject({ status: 'pending_payment', allocated: true })
    await market.pay(fresh.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'paid' })
    expect(await funds(order.id)).toBe(order.totalIdr)
    expect(await market.walletOf(ana)).toBe(paidAmountIdr)
  })
})

describe('cancelling', () => {
  it('an unpaid order withdraws its payment and frees its stock', async () => {
    const ana = await buyer()
    const before = await shop.stock()
    const { order, payment } = await shop.order(ana, 2)
    expect(await shop.cancel(customer(ana), order.id)).toMatchObject({
      status: 'cancelled',
      statusReason: 'by_customer',
    })
    expect(await shop.stock()).toEqual(before)
    expect(await market.eventsOf(payment.id)).toEqual(['payment.withdrawn'])
    expect(await refusal(reopen(ana, order.id))).toBe('order.not_payable')
    expect(await refusal(shop.cancel(customer(ana), order.id))).toBe('kernel.illegal_transition')
    await market.expire(payment.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'cancelled', statusReason: 'by_customer' })
  })

  it('a paid order gives all of it back', async () => {
    const ana = await buyer()
    const before = await shop.stock()
    const { order } = await shop.paidOrder(ana, 2)
    await shop.cancel(customer(ana), order.id)
    expect(await shop.stock()).toEqual(before)
    expect(await funds(order.id)).toBe(0)
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
  })

  it('waits for a refund at the source before it is refunded', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.order(ana)
    await market.pay(payment.id)
    await sql`update payments set channel = 'DANA' where id = ${payment.id}`.execute(laku.db)
    await shop.cancel(customer(ana), order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'cancelled' })
    expect(await laku.system((work) => balanceIdr(work.tx, walletAccount(ana.id)))).toBe(0)
  })

  it('and paying at the same moment end in one of the two, with the money where it belongs', async () => {
    for (let round = 0; round < 8; round++) {
      const ana = await buyer()
      const { order, payment } = await shop.order(ana)
      const [paid] = await Promise.all([
        market.pay(payment.id),
        refusal(shop.cancel(customer(ana), order.id)),
      ])
      expect(['paid', 'late']).toContain(paid?.[0])
      expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
      expect(await market.walletOf(ana)).toBe(order.totalIdr)
    }
    await shop.expectAllTrue()
  })

  it('and booking at the same moment: the courier comes, or the money goes back, never both', async () => {
    for (let round = 0; round < 8; round++) {
      const ana = await buyer()
      const { order } = await shop.paidOrder(ana)
      const [cancelled] = await Promise.all([
        refusal(shop.cancel(customer(ana), order.id)),
        shop.book(order.id),
      ])
      const { status } = await shop.see(order.id)
      expect(status).toBe(cancelled === 'ok' ? 'refunded' : 'ready_for_pickup')
      expect(await market.walletOf(ana)).toBe(cancelled === 'ok' ? order.totalIdr : 0)
    }
  })
})

describe('staff', () => {
  const set = (order: string, status: StatusByHand, reason?: string) =>
    laku.as(admin, (work) => setOrderStatus(work, { order, status, reason }))

  it('hold an order with a reason, and release it to be booked', async () => {
    const { order } = await shop.paidOrder(await buyer())
    expect(await refusal(set(order.code, 'on_hold'))).toBe('order.reason_required')
    expect(await set(order.code, 'on_hold', 'address unclear')).toMatchObject({
      status: 'on_hold',
      statusReason: 'address unclear',
    })
    await shop.book(order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'on_hold', shipment: null })
    await set(order.code, 'processing')
    expect((await market.eventsOf(order.id)).at(-1)).toBe('order.allocated')
    await shop.book(order.id)
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup' })
    await set(order.code, 'picked_up')
    await set(order.code, 'in_transit')
    const delivered = await set(order.code, 'delivered')
    expect(delivered.deliveredAt).toEqual(laku.clock.now())
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from audit_log where subject_id = ${order.id}`.execute(laku.db)
    expect(rows[0]?.n).toBe(5)
  })

  it('move an order only along the table', async () => {
    const { order } = await shop.order(await buyer())
    expect(await refusal(set(order.id, 'delivered'))).toBe('kernel.illegal_transition')
    const byCustomer = laku.as({ kind: 'customer', id: order.userId }, (work) =>
      setOrderStatus(work, { order: order.id, status: 'processing' }),
    )
    expect(await refusal(byCustomer)).toBe('kernel.forbidden')
  })
})
