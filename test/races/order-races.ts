import { expect } from 'vitest'
import { createOrdersOf } from '../../src/domain/group-buying/index.ts'
import { balanceIdr, factoryAccount, orderFunds } from '../../src/domain/ledger/index.ts'
import {
  acceptReturn,
  completeOrders,
  listOrders,
  refuseReturn,
  requestReturn,
} from '../../src/domain/order/index.ts'
import { adjustWallet } from '../../src/domain/wallet/index.ts'
import { admin, openTestLaku, type TestLaku } from '../laku.ts'
import type { Buyer } from '../market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../storefront.ts'
import type { Races } from './run-races.ts'

interface Arena {
  laku: TestLaku
  shop: Storefront
}

async function openArena(): Promise<Arena> {
  const laku = await openTestLaku({ watched: true, sandbox: true, choreography: orderChoreography, jobs: [] })
  const shop = await Storefront.open(laku)
  await shop.market.addStock(100_000)
  return { laku, shop }
}

const names = [
  'cancel against an order by wallet',
  'three bookings',
  'cancel against pick-up',
  'cancel against cancel',
  'return against completion',
  'accept against refuse',
] as const

function racesOf({ laku, shop }: Arena): { [name in (typeof names)[number]]: () => Promise<void> } {
  const { market } = shop
  const buyer = async (): Promise<Buyer> => (await market.buyers(1))[0]!
  const balance = (key: Parameters<typeof balanceIdr>[1]) => laku.system((work) => balanceIdr(work.tx, key))
  const owed = () => balance(factoryAccount(market.factoryId))

  return {
    /**
     * A cancellation races with the courier's pick-up: the order is sent and earned, or its money is back
     * with the buyer.
     */
    async 'cancel against pick-up'() {
      const ana = await buyer()
      const { order } = await shop.paidOrder(ana)
      await shop.move(order.id, 'processing', 'ready_for_pickup')
      const before = await owed()
      const [cancelled] = await Promise.all([
        refusal(shop.cancel(admin, order.id)),
        refusal(shop.move(order.id, 'picked_up', 'in_transit', 'delivered')),
      ])
      const { status } = await shop.see(order.id)
      expect(status).toBe(cancelled === 'ok' ? 'refunded' : 'delivered')
      expect(await market.walletOf(ana)).toBe(cancelled === 'ok' ? order.totalIdr : 0)
      expect(await owed()).toBe(before + (cancelled === 'ok' ? 0 : 57_000))
      expect(await balance(orderFunds(order.id))).toBe(0)
    },

    /**
     * A buyer's money comes back from one order while they pay another order with it. Both transactions lock
     * stock and wallet in the same order.
     */
    async 'cancel against an order by wallet'() {
      const ana = await buyer()
      const { order } = await shop.paidOrder(ana)
      await laku.as(admin, (work) =>
        adjustWallet(work, { userId: ana.id, changeIdr: order.totalIdr, kind: 'goodwill', reason: 'a race' }),
      )
      const outcomes = await Promise.all([
        refusal(shop.cancel(admin, order.id)),
        refusal(shop.order(ana, 1, { paymentMethod: 'wallet' })),
      ])
      expect(outcomes).toEqual(['ok', 'ok'])
      expect(await market.walletOf(ana)).toBe(order.totalIdr)
    },

    /** A parcel is opened again while the courier's answer about it is recorded. */
    async 'three bookings'() {
      const { order } = await shop.paidOrder(await buyer())
      await Promise.all([1, 2, 3].map(() => shop.book(order.id)))
      const parcels = await laku.db
        .selectFrom('shipments')
        .select('status')
        .where('orderId', '=', order.id)
        .execute()
      expect(parcels).toEqual([{ status: 'booked' }])
    },

    /** Support cancels a released order twice at once: the factory gives its share back only once. */
    async 'cancel against cancel'() {
      const ana = await buyer()
      const session = await market.session({ moq: 1 })
      await market.joinAndPay([ana], session.id)
      await laku.as(admin, (work) => createOrdersOf(work, { sessionId: session.id }))
      const { data } = await laku.as(admin, (work) => listOrders(work, { sessionId: session.id, limit: 1 }))
      const before = await owed()
      const outcomes = await Promise.all([1, 2].map(() => refusal(shop.cancel(admin, data[0]!.id))))
      expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1)
      expect(await owed()).toBe(before - 47_500)
      expect(await market.walletOf(ana)).toBe(60_000)
    },

    /**
     * A return is requested at the moment when the return window ends: the order is in return or completed.
     */
    async 'return against completion'() {
      const ana = await buyer()
      const { order } = await shop.deliveredOrder(ana)
      const { returnUntil } = await shop.see(order.id)
      laku.clock.shift((returnUntil!.getTime() - laku.clock.now().getTime()) / 1000 - 1)
      const ask = laku.as(customer(ana), (work) => requestReturn(work, { order: order.id, reason: 'other' }))
      laku.clock.shift(1)
      const [asked] = await Promise.all([refusal(ask), laku.system((work) => completeOrders(work, 100))])
      await laku.system((work) => completeOrders(work, 100))
      expect((await shop.see(order.id)).status).toBe(asked === 'ok' ? 'return_requested' : 'completed')
    },

    /** Two members of staff decide the same return: only one decision counts. */
    async 'accept against refuse'() {
      const ana = await buyer()
      const { order } = await shop.deliveredOrder(ana)
      await laku.as(customer(ana), (work) => requestReturn(work, { order: order.id, reason: 'other' }))
      const before = await owed()
      const [accepted, refused] = await Promise.all([
        refusal(laku.as(admin, (work) => acceptReturn(work, { return: order.code }))),
        refusal(laku.as(admin, (work) => refuseReturn(work, { return: order.code, reason: 'worn' }))),
      ])
      expect([accepted, refused].filter((text) => text === 'ok')).toHaveLength(1)
      expect((await shop.see(order.id)).status).toBe(accepted === 'ok' ? 'refunded' : 'delivered')
      expect(await owed()).toBe(before - (accepted === 'ok' ? 57_000 : 0))
    },
  }
}

export const orderRaces: Races<Arena> = {
  open: openArena,
  races: Object.fromEntries(names.map((name) => [name, (arena) => racesOf(arena)[name]()])),
  broken: async ({ shop }) => {
    await shop.expectAllTrue()
    return []
  },
}
