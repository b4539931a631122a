import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { type Buyer, Market } from '../../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../../test/storefront.ts'
import { choreography } from '../../composition/choreography.ts'
import { notifyFactoriesOfReturn } from '../../composition/notify-factories/return-accepted.ts'
import { getFactory } from '../../factory/index.ts'
import { createOrdersOf } from '../../group-buying/index.ts'
import { newId } from '../../kernel/index.ts'
import { balanceIdr, credit, debit, factoryAccount, post } from '../../ledger/index.ts'
import {
  acceptReturn,
  completeOrders,
  listOrders,
  listReturns,
  type ReturnInspection,
  type ReturnRequest,
  refuseReturn,
  requestReturn,
  setOrderStatus,
} from '../index.ts'
import { refundsShipping, shareBack } from './rules.ts'

let laku: TestLaku
let shop: Storefront
let market: Market

beforeAll(async () => {
  const choreographed = { ...orderChoreography, 'return.accepted': choreography['return.accepted'] }
  laku = await openTestLaku({ watched: true, sandbox: true, choreography: choreographed, jobs: [] })
  shop = await Storefront.open(laku)
  market = shop.market
  await market.addStock(1_000)
  await market.addStock(1_000, market.otherVariantId)
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

type Account = Parameters<typeof balanceIdr>[1]
const balance = (key: Account) => laku.system((work) => balanceIdr(work.tx, key))
const owed = () => balance(factoryAccount(market.factoryId))
const buyer = async (): Promise<Buyer> => (await market.buyers(1))[0]!
const ask = (who: Buyer, order: string, more: Partial<ReturnRequest> = {}) =>
  laku.as(customer(who), (work) => requestReturn(work, { order, reason: 'changed_mind', ...more }))
const accept = (named: string, more: Partial<ReturnInspection> = {}) =>
  laku.as(admin, (work) => acceptReturn(work, { return: named, ...more }))
/** Reads the messages to the factory about returns of this order, oldest first. */
const factoryTold = async (orderCode: string) => {
  const { rows } = await sql<{ toPhone: string; params: string[] }>`
    select to_phone, params from whatsapp_messages
    where template = 'return_accepted' and params->>1 = ${orderCode} order by id`.execute(laku.db)
  return rows
}
const refuse = (named: string) =>
  laku.as(admin, (work) => refuseReturn(work, { return: named, reason: 'worn' }))

describe('a return', () => {
  it('is asked for by the buyer within the window, of what the order has', async () => {
    const [ana, other] = [await buyer(), await buyer()]
    const { order } = await shop.order(ana, 2)
    expect(await refusal(ask(ana, order.id))).toBe('kernel.illegal_transition')
    const { order: bought } = await shop.deliveredOrder(ana, 2)
    expect(await refusal(ask(other, bought.id))).toBe('order.not_found')
    const item = bought.items[0]!
    const of = (quantity: number, orderItemId = item.id) => ({ items: [{ orderItemId, quantity }] })
    expect(await refusal(ask(ana, bought.id, of(3)))).toBe('order.return_items_invalid')
    expect(await refusal(ask(ana, bought.id, of(1, newId())))).toBe('order.return_items_invalid')
    expect(await refusal(ask(ana, bought.id, { items: [] }))).toBe('order.return_items_invalid')
    expect(
      await refusal(laku.as(admin, (work) => requestReturn(work, { order: bought.id, reason: 'other' }))),
    ).toBe('kernel.forbidden')
    const asked = await ask(ana, bought.code, {
      ...of(1),
      note: 'too small',
      photos: ['https://example.com/1.jpg'],
    })
    expect(asked).toMatchObject({
      status: 'requested',
      refundIdr: null,
      items: [{ sku: item.sku, quantity: 1 }],
    })
    expect(await shop.see(bought.id)).toMatchObject({
      status: 'return_requested',
      returns: [{ id: asked.id }],
    })
    expect(await refusal(ask(ana, bought.id))).toBe('kernel.illegal_transition')
    const mine = (who: Buyer) => laku.as(customer(who), (work) => listReturns(work, { limit: 10 }))
    expect((await mine(ana)).data).toHaveLength(1)
    expect((await mine(other)).data).toEqual([])
  })

  it('keeps the order from being completed and settled while it is open, and no longer', async () => {
    const ana = await buyer()
    const { order } = await shop.deliveredOrder(ana)
    const isOpen = async () => {
      const { rows } = await sql<{ open: boolean }>`
        select exists (select from order_returns t where t.order_id = o.id and t.status = 'requested') as open from orders o where o.id = ${order.id}`.execute(
        laku.db,
      )
      return rows[0]?.open
    }
    await ask(ana, order.id)
    laku.clock.shift(8 * 24 * 3600)
    await laku.system((work) => completeOrders(work, 100))
    expect([(await shop.see(order.id)).status, await isOpen()]).toEqual(['return_requested', true])
    await refuse(order.code)
    expect([(await shop.see(order.id)).status, await isOpen()]).toEqual(['delivered', false])
    expect(await factoryTold(order.code)).toEqual([])
    // The event order.delivered was emitted only once.
    expect((await market.eventsOf(order.id)).filter((type) => type === 'order.delivered')).toHaveLength(1)
    expect(await refusal(ask(ana, order.id))).toBe('order.return_window_over')
    await laku.system((work) => completeOrders(work, 100))
    expect(await shop.see(order.id)).toMatchObject({
      status: 'completed',
      returns: [{ decisionNote: 'worn' }],
    })
    expect(await refusal(ask(ana, order.id))).toBe('order.return_window_over')
  })

  it('of everything, for no fault of ours, gives back the goods: factory and commission bear it', async () => {
    const ana = await buyer()
    const before = await shop.stock()
    const [factory, commission] = [await owed(), await balance('commission')]
    const { order } = await shop.deliveredOrder(ana, 3)
    await ask(ana, order.id)
    const { id } = (await shop.see(order.id)).returns[0]!
    expect(await shop.attention(id)).toEqual(['return_requested'])
    expect(await accept(order.code)).toMatchObject({ status: 'accepted', refundIdr: 180_000, shippingIdr: 0 })
    expect(await shop.attention(id)).toEqual([])
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded', allocated: false })
    expect(await market.walletOf(ana)).toBe(180_000)
    expect([await owed(), await balance('commission')]).toEqual([factory, commission])
    expect(await shop.stock()).toEqual(before)
    expect(await refusal(accept(order.code))).toBe('order.return_decided')
    expect(await refusal(refuse(order.code))).toBe('order.return_decided')
  })

  it('by our fault gives the fee back too, at our cost, and what is broken is written off', async () => {
    const ana = await buyer()
    const before = await shop.stock()
    const subsidy = await balance('subsidy')
    const { order } = await shop.deliveredOrder(ana, 2)
    await ask(ana, order.id, { reason: 'defective' })
    const done = await accept(order.code, { writtenOff: [order.items[0]!.sku], note: 'torn' })
    expect(done).toMatchObject({ refundIdr: order.totalIdr, shippingIdr: order.shippingIdr })
    expect(done.items).toMatchObject([{ condition: 'written_off', goodsIdr: 120_000 }])
    expect(await balance('subsidy')).toBe(subsidy + order.shippingIdr)
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    expect(await shop.stock()).toEqual({ onHand: before.onHand - 2, reserved: before.reserved })
    expect(await refusal(accept(order.code, { writtenOff: ['NO-SUCH'] }))).not.toBe('ok')
    // The message names goods of Rp 120.000 less the commission of 5 %, once, and goes to the factory's own
    // number.
    const { name, phone } = await laku.system((work) => getFactory(work.tx, market.factoryId))
    const { sku } = order.items[0]!
    const contents = `${sku} 2 pcs (dihapus dari stok)`
    expect(await factoryTold(order.code)).toEqual([
      { toPhone: phone, params: [name, order.code, contents, 'barang cacat', 'Rp 114.000'] },
    ])
  })

  it('of a part leaves the rest delivered, and the last part takes the remainder', async () => {
    const ana = await buyer()
    const [factory, commission] = [await owed(), await balance('commission')]
    const items = [
      { variantId: market.variantId, quantity: 3 },
      { variantId: market.otherVariantId, quantity: 1 },
    ]
    const { order } = await shop.deliveredOrder(ana, 1, { items })
    const shirts = order.items.find((item) => item.variantId === market.variantId)!
    await ask(ana, order.id, { reason: 'damaged', items: [{ orderItemId: shirts.id, quantity: 1 }] })
    expect(await accept(order.code)).toMatchObject({ refundIdr: 60_000, shippingIdr: 0 })
    expect(await shop.see(order.id)).toMatchObject({ status: 'delivered' })
    await ask(ana, order.id, { reason: 'damaged' })
    expect(await accept(order.code)).toMatchObject({ refundIdr: 180_000 + order.shippingIdr })
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
    expect(await market.walletOf(ana)).toBe(order.totalIdr)
    expect([await owed(), await balance('commission')]).toEqual([factory, commission])
    // The factory gets a message about each accepted part, and none about a refused return.
    expect((await factoryTold(order.code)).map(({ params }) => [params[3], params[4]])).toEqual([
      ['barang rusak', 'Rp 57.000'],
      ['barang rusak', 'Rp 171.000'],
    ])
  })

  it('is driven by PATCH as well: returned accepts it, delivered refuses it with a reason', async () => {
    const ana = await buyer()
    const set = (order: string, status: 'returned' | 'delivered' | 'in_transit', reason?: string) =>
      laku.as(admin, (work) => setOrderStatus(work, { order, status, reason }))
    const { order } = await shop.deliveredOrder(ana)
    await ask(ana, order.id)
    expect(await refusal(set(order.id, 'in_transit'))).toBe('kernel.illegal_transition')
    expect(await refusal(set(order.id, 'delivered'))).toBe('order.reason_required')
    expect(await set(order.id, 'delivered', 'worn')).toMatchObject({ status: 'delivered' })
    await ask(ana, order.id)
    expect(await set(order.id, 'returned')).toMatchObject({
      returns: [{ status: 'accepted' }, { status: 'refused' }],
    })
    expect(await shop.see(order.id)).toMatchObject({ status: 'refunded' })
    expect(await refusal(set(order.id, 'returned'))).toBe('kernel.illegal_transition')
  })

  it('waits for its refund at the source, and is not sent again meanwhile', async () => {
    const ana = await buyer()
    const { order, payment } = await shop.deliveredOrder(ana)
    await sql`update payments set channel = 'DANA' where id = ${payment.id}`.execute(laku.db)
    await ask(ana, order.id)
    await accept(order.code)
    expect(await shop.see(order.id)).toMatchObject({ status: 'returned' })
    const set = (status: 'processing' | 'refunded') =>
      laku.as(admin, (work) => setOrderStatus(work, { order: order.id, status }))
    expect(await refusal(set('processing'))).toBe('order.refund_decided')
    expect(await refusal(set('refunded'))).toBe('order.refund_decided')
  })

  it('is decided once, whoever decides at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const ana = await buyer()
      const { order } = await shop.deliveredOrder(ana)
      await ask(ana, order.id)
      const outcomes = await Promise.all([
        refusal(accept(order.code)),
        refusal(accept(order.code)),
        refusal(refuse(order.code)),
      ])
      expect(outcomes.toSorted()).toEqual(['ok', 'order.return_decided', 'order.return_decided'])
      const isAccepted = outcomes[2] !== 'ok'
      expect(await market.walletOf(ana)).toBe(isAccepted ? order.goodsIdr : 0)
      expect(await shop.see(order.id)).toMatchObject({ status: isAccepted ? 'refunded' : 'delivered' })
    }
  })
})

describe('a refund after the payout (Dokan #2091, Polar #4428)', () => {
  /** Pays the factory's balance out, as a settlement does: the money is on its way to its bank. */
  const payOut = (amountIdr: number) =>
    laku.system((work) => {
      const account = factoryAccount(market.factoryId)
      const entries = [debit(account, amountIdr), credit('payouts-in-flight', amountIdr)]
      const id = newId()
      return post(work, [
        {
          key: `settlement:${id}:submitted:1`,
          kind: 'settlement.submitted',
          subject: ['settlement', id],
          entries,
        },
      ])
    })

  it('is taken off what the factory is owed, below zero where nothing is left, and the next sales make it good', async () => {
    const ana = await buyer()
    const { order } = await shop.deliveredOrder(ana, 2)
    await payOut(await owed())
    expect(await owed()).toBe(0)
    await ask(ana, order.id)
    await accept(order.code)
    expect(await owed()).toBe(-114_000)
    expect(await market.walletOf(ana)).toBe(120_000)
    await shop.deliveredOrder(await buyer(), 3)
    expect(await owed()).toBe(-114_000 + 171_000)
  })

  it('of a session order goes the same way, at the price that was released', async () => {
    const [ben] = await market.buyers(1)
    const session = await market.session({ moq: 1 })
    await market.joinAndPay([ben!], session.id, 2)
    await laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
    const { data } = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 1 }))
    const order = data[0]!
    await shop.move(order.id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered')
    await payOut(await owed())
    await ask(ben!, order.id, { items: [{ orderItemId: order.items[0]!.id, quantity: 1 }] })
    expect(await accept(order.code)).toMatchObject({ refundIdr: 50_000 })
    expect(await owed()).toBe(-47_500)
    const { rows } = await sql<{ account: string; orderItemId: string; factoryId: string }>`
      select split_part(a.key, ':', 1) as account, e.order_item_id, e.factory_id
      from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
      join refunds r on t.key = 'refund:' || r.id || ':decided' join payments p on p.id = r.payment_id
      where p.user_id = ${ben!.id} and e.amount_idr > 0 order by e.seq`.execute(laku.db)
    const about = { orderItemId: order.items[0]!.id, factoryId: market.factoryId }
    expect(rows).toEqual([
      { account: 'factory', ...about },
      { account: 'commission', ...about },
    ])
  })
})

describe('the factories of a return', () => {
  it('each hear of their own goods alone, once, however many goods came back', async () => {
    const other = await Market.open(laku)
    await laku.db
      .updateTable('factories')
      .set({ name: 'Pabrik Kedua' })
      .where('id', '=', other.factoryId)
      .execute()
    const [returnId, code] = [newId(), 'ORD-TWO-FACTORIES']
    const line = (factoryId: string, sku: string, writtenOff = false) => ({
      ...{
        orderItemId: newId(),
        factoryId,
        sku,
        writtenOff,
        quantity: 1,
        goodsIdr: 10_000,
        commissionIdr: 500,
      },
    })
    const items = [
      ...Array.from({ length: 17 }, (_, i) => line(market.factoryId, `SKU-${i}`)),
      line(other.factoryId, 'TOPI', true),
    ]
    const payload = { orderId: newId(), code, userId: newId(), sessionId: null, returnId, items }
    const event = { payload: { ...payload, reason: 'changed_mind', refundIdr: 0, shippingIdr: 0 } }
    const tell = () => laku.system((work) => notifyFactoriesOfReturn(work, [event as never]))
    await tell()
    await tell()
    const told = new Map((await factoryTold(code)).map(({ params }) => [params[0], params.slice(2)]))
    const [, ...rest] = told.get('Pabrik Uji')!
    expect(told.get('Pabrik Uji')![0]).toMatch(
      /^SKU-0 1 pcs \(masuk stok lagi\); .*SKU-14 .*; dan 2 SKU lain$/,
    )
    expect(rest).toEqual(['pembeli berubah pikiran', 'Rp 161.500'])
    expect(told.get('Pabrik Kedua')).toEqual([
      'TOPI 1 pcs (dihapus dari stok)',
      'pembeli berubah pikiran',
      'Rp 9.500',
    ])
    expect(await factoryTold(code)).toHaveLength(2)
  })
})

describe('the rules of returns', () => {
  it('share back in proportion, and in all exactly what was posted', () => {
    const sold = { quantity: 3, returnedQuantity: 0, goodsIdr: 100_000, commissionIdr: 3_333 }
    const parts = [0, 1, 2].map((returnedQuantity) => {
      const part = shareBack({ ...sold, returnedQuantity }, 1)
      sold.goodsIdr -= part.goodsIdr
      sold.commissionIdr -= part.commissionIdr
      return part.goodsIdr
    })
    expect(parts).toEqual([33_333, 33_333, 33_334])
    expect([sold.goodsIdr, sold.commissionIdr]).toEqual([0, 0])
    expect(() => shareBack({ ...sold, returnedQuantity: 2 }, 2)).toThrow(RangeError)
  })

  it('give the fee back only where the fault is ours and all came back', () => {
    expect(refundsShipping('damaged', true)).toBe(true)
    expect(refundsShipping('damaged', false)).toBe(false)
    expect(refundsShipping('changed_mind', true)).toBe(false)
  })
})
