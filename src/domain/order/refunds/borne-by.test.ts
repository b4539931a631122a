import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { type Market, rate } from '../../../../test/market.ts'
import { orderChoreography, Storefront } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { balanceIdr, factoryAccount } from '../../ledger/index.ts'
import { createRefund } from '../../payment/index.ts'

describe('who bears a refund of a direct order', () => {
  let laku: TestLaku
  let shop: Storefront
  let market: Market
  beforeAll(async () => {
    laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
    shop = await Storefront.open(laku)
    market = shop.market
    await market.addStock(100)
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
  /**
   * Returns how the balance of each party changed by an order of one piece (60,000, commission 5 %), after
   * `use` has acted on the order.
   */
  async function changes(use: (order: Awaited<ReturnType<typeof bought>>) => Promise<unknown>) {
    const before = await books()
    const order = await bought()
    await use(order)
    const after = await books()
    return {
      factory: after.factory - before.factory,
      commission: after.commission - before.commission,
      company: before.subsidy - after.subsidy,
      buyer: (await balance(`wallet:${order.userId}`)) - order.totalIdr,
    }
  }
  async function bought() {
    const buyer = (await market.buyers(1))[0]!
    const { order, payment } = await shop.order(buyer, 1, { rate })
    await market.pay(payment.id)
    const refund = (amountIdr: number, borneBy: 'factory' | 'company') =>
      laku.as(finance(), (work) =>
        createRefund(work, { payment: payment.code, amountIdr, note: 'a test', borneBy }),
      )
    return {
      id: order.id,
      userId: buyer.id,
      totalIdr: order.totalIdr,
      shippingIdr: order.shippingIdr,
      refund,
    }
  }
  const deliver = (id: string) =>
    shop.move(id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered')

  it('issue 11, case 7: the company, before its delivery: the factory gets all of its share', async () => {
    const { factory, commission, company } = await changes(async (order) => {
      await order.refund(20_000, 'company')
      await deliver(order.id)
    })
    expect({ factory, commission, company }).toEqual({ factory: 57_000, commission: 3_000, company: -20_000 })
  })

  it('the factory, before its delivery: less of the goods is earned', async () => {
    const { factory, commission, company } = await changes(async (order) => {
      await order.refund(20_000, 'factory')
      await deliver(order.id)
    })
    expect({ factory, commission, company }).toEqual({ factory: 38_000, commission: 2_000, company: 0 })
  })

  it('is the same after its delivery', async () => {
    const company = await changes(async (order) => {
      await deliver(order.id)
      await order.refund(20_000, 'company')
    })
    expect(company).toMatchObject({ factory: 57_000, commission: 3_000, company: -20_000 })
    const factory = await changes(async (order) => {
      await deliver(order.id)
      await order.refund(20_000, 'factory')
    })
    expect(factory).toMatchObject({ factory: 38_000, commission: 2_000, company: 0 })
  })

  it('both, in parts on both sides of it: the last takes the remainder, and the fee is the company’s', async () => {
    const shares = await changes(async (order) => {
      await order.refund(7_777, 'company')
      await order.refund(11_111, 'factory')
      await deliver(order.id)
      await order.refund(13_333, 'factory')
      await order.refund(order.totalIdr - 7_777 - 11_111 - 13_333, 'factory')
    })
    // Everything was refunded, so factory and commission keep only the money that the company paid for them.
    const kept = shares.factory + shares.commission
    expect(shares.buyer).toBe(0)
    expect(kept).toBeGreaterThanOrEqual(0)
    expect(kept).toBeLessThanOrEqual(7_777)
    expect(-shares.company - kept).toBe((await bought()).shippingIdr)
  })

  it('what the company bore of an order that is cancelled comes back to it', async () => {
    const shares = await changes(async (order) => {
      await order.refund(20_000, 'company')
      await order.refund(5_000, 'factory')
      await shop.cancel(admin, order.id)
    })
    expect(shares).toEqual({ factory: 0, commission: 0, company: 0, buyer: 0 })
  })

  it('and of one that came back, but for the fee', async () => {
    const fee = (await bought()).shippingIdr
    const shares = await changes(async (order) => {
      await order.refund(20_000, 'company')
      await shop.move(
        order.id,
        'processing',
        'ready_for_pickup',
        'picked_up',
        'in_transit',
        'returning',
        'returned',
      )
      await shop.move(order.id, 'refunded')
    })
    expect(shares).toEqual({ factory: 0, commission: 0, company: 0, buyer: -fee })
  })
})
