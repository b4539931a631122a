import { openSession, type SessionAnswer, stockGoods } from './catalogue.ts'
import { expectThat, type Flow } from './flow.ts'
import { until } from './poll.ts'

const UNIT_PRICE_IDR = 50_000
const channels = ['DANA', 'QRIS', 'BCA'] as const

/**
 * The flow of path 2 of the service map (docs/service-map.md) when the goods are in stock. Buyers join and
 * pay into escrow. When the MOQ is met, laku creates their orders and releases the escrow.
 */
export const groupSuccess: Flow = {
  name: 'group-success',
  description: 'Three buyers make a session of 3; the goods are in stock',
  act: async (shop, step) => {
    const goods = await step('staff list a product and count 10 pieces in', () =>
      stockGoods(shop, { name: 'Tas Kanvas', sku: 'DEMO-TAS', priceIdr: 65_000, stock: 10 }),
    )
    const session = await step(
      'staff open a session with an MOQ of 3',
      () => openSession(shop, goods, { moq: 3, unitPriceIdr: UNIT_PRICE_IDR, endsInS: 3_600 }),
      (made) => ({ detail: made.code }),
    )
    const buyers = await step('Ani, Dewi and Sari log in', () =>
      Promise.all(['Ani', 'Dewi', 'Sari'].map((name) => shop.newBuyer(name))),
    )
    const joins = await step(
      'each joins with one unit',
      () => Promise.all(buyers.map((buyer) => buyer.join(session.id, goods.variantId))),
      (all) => ({
        amountIdr: all.reduce((sum, joinAnswer) => sum + joinAnswer.participation.total_idr, 0),
        detail: 'held, not paid',
      }),
    )
    const paidIdr = joins.reduce((sum, join) => sum + join.payment.amount_idr, 0)
    await step(
      'each opens the pay link and pays: DANA, QRIS, a BCA virtual account',
      () =>
        Promise.all(buyers.map((buyer, i) => buyer.pay(joins[i]?.payment as never, channels[i] as string))),
      () => ({ amountIdr: paidIdr, detail: 'into escrow' }),
    )
    await step(
      'the MOQ is met, stock is reserved, orders are made, escrow is released',
      () =>
        until(
          'the session to succeed',
          () => shop.staff.ask<SessionAnswer>('GET', `/api/group-sessions/${session.id}`),
          (now) => now.status === 'success',
        ),
      (now) => ({ detail: `${now.status}, ${now.paid_units} paid units` }),
    )
    const orders = await step(
      'each has an order with a booked parcel',
      () =>
        until(
          'three booked parcels',
          async () => (await Promise.all(buyers.map((buyer) => buyer.orders()))).flat(),
          (all) =>
            all.length === 3 &&
            all.every((order) => order.status === 'ready_for_pickup' && Boolean(order.waybill)),
        ),
      (all) => ({ detail: all.map((order) => order.waybill).join(', ') }),
    )
    expectThat(new Set(orders.map((order) => order.waybill)).size === 3, 'three parcels need three waybills')
    await step(
      'escrow is empty, and the factory is owed its share',
      async () => {
        const read = async (account: string) => {
          const { data } = await shop.laku<{ data: { balance_idr: number }[] }>('ledger', 'balances', account)
          return data[0]?.balance_idr ?? 0
        }
        const [escrowIdr, factoryIdr] = await Promise.all([
          read(`escrow:${session.id}`),
          read(`factory:${goods.factoryId}`),
        ])
        expectThat(escrowIdr === 0, `the escrow of ${session.code} still holds ${escrowIdr}`)
        // The factory gets 95 % of the sales: the default commission of laku's policy is 5 %.
        const shareIdr = 3 * UNIT_PRICE_IDR * 0.95
        expectThat(factoryIdr === shareIdr, `the factory is owed ${factoryIdr}, not ${shareIdr}`)
        return factoryIdr
      },
      (factoryIdr) => ({ amountIdr: factoryIdr, detail: 'owed to the factory, 5 % commission taken' }),
    )
  },
}
