import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import type { Market } from '../../../../test/market.ts'
import { orderChoreography, Storefront } from '../../../../test/storefront.ts'
import { balanceIdr, factoryAccount, orderFunds } from '../../ledger/index.ts'
import { sharesOf } from '../rules.ts'
import { earnOrders } from './earn.ts'

let laku: TestLaku
let shop: Storefront
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  market = shop.market
  await market.addStock(100)
  await market.addStock(100, market.otherVariantId)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

const balance = (key: Parameters<typeof balanceIdr>[1]) => laku.system((work) => balanceIdr(work.tx, key))
const buyer = async () => (await market.buyers(1))[0]!

async function earnedEntries(orderId: string) {
  const rows = await laku.db
    .selectFrom('ledgerEntries as e')
    .innerJoin('ledgerTransactions as t', 't.id', 'e.transactionId')
    .innerJoin('ledgerAccounts as a', 'a.id', 'e.accountId')
    .select(['a.key', 'e.amountIdr', 'e.orderItemId', 'e.factoryId'])
    .where('t.key', '=', `order:${orderId}:earned`)
    .orderBy('e.seq')
    .execute()
  return rows
}

describe('a direct order that is delivered', () => {
  it('is earned once: goods to the factory, commission and shipping, by item', async () => {
    const owedBefore = await balance(factoryAccount(market.factoryId))
    const items = [
      { variantId: market.variantId, quantity: 2 },
      { variantId: market.otherVariantId, quantity: 1 },
    ]
    const before = await shop.stock()
    const { order } = await shop.deliveredOrder(await buyer(), 1, { items })
    expect(await balance(orderFunds(order.id))).toBe(0)
    // The factory gets 180,000 less 5 %.
    expect(await balance(factoryAccount(market.factoryId))).toBe(owedBefore + 171_000)
    const entries = await earnedEntries(order.id)
    const sold = entries.filter((entry) => entry.orderItemId)
    const itemIds = order.items.map((item) => item.id)
    expect(sold.map((entry) => [entry.key.split(':')[0], -entry.amountIdr, entry.orderItemId])).toEqual(
      itemIds.flatMap((id, i) => [
        ['factory', order.items[i]!.totalIdr * 0.95, id],
        ['commission', order.items[i]!.totalIdr * 0.05, id],
      ]),
    )
    expect(sold.every((entry) => entry.factoryId === market.factoryId)).toBe(true)
    expect(entries.find((entry) => entry.key === 'shipping')?.amountIdr).toBe(-order.shippingIdr)
    expect((await market.eventsOf(order.id)).slice(-2)).toEqual(['order.status_changed', 'order.delivered'])
    // The pieces that left with the parcel are not in stock any more.
    expect(await shop.stock()).toEqual({ onHand: before.onHand - 2, reserved: before.reserved })
    await laku.system((work) => earnOrders(work, [order.id]))
    expect(await balance(factoryAccount(market.factoryId))).toBe(owedBefore + 171_000)
  })

  it('holds its money until then', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.move(order.id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit')
    expect(await balance(orderFunds(order.id))).toBe(order.totalIdr)
    expect(await earnedEntries(order.id)).toEqual([])
  })
})

describe('the shares of an order', () => {
  const item = (id: string, totalIdr: number) => ({ id, factoryId: `f-${id}`, totalIdr, commissionBps: 333 })

  it('are its goods with the commission rounded down, and its fee', () => {
    const shares = sharesOf([item('a', 49_999)], { shippingIdr: 9_000, heldIdr: 58_999 })
    expect(shares).toEqual({
      items: [{ orderItemId: 'a', factoryId: 'f-a', goodsIdr: 49_999, commissionIdr: 1_664 }],
      shippingIdr: 9_000,
    })
  })

  it('bear in proportion what went back before, the last item the remainder, the fee last', () => {
    const items = [item('a', 100), item('b', 100), item('c', 100)]
    const goods = (heldIdr: number) => {
      const shares = sharesOf(items, { shippingIdr: 50, heldIdr })
      return [...shares.items.map((entry) => entry.goodsIdr), shares.shippingIdr]
    }
    expect(goods(350)).toEqual([100, 100, 100, 50])
    expect(goods(340)).toEqual([97, 97, 96, 50])
    expect(goods(50)).toEqual([0, 0, 0, 50])
    expect(goods(20)).toEqual([0, 0, 0, 20])
  })
})
