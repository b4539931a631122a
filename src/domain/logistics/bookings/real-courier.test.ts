import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { orderChoreography, refusal, Storefront } from '../../../../test/storefront.ts'
import { shipmentsSweepJob } from '../../../jobs/shipments/sweep.ts'
import { orderAnswer, ratesAnswer } from '../../../providers/biteship/answers.ts'
import { ProviderFailure } from '../../kernel/index.ts'
import { balanceIdr } from '../../ledger/index.ts'
import {
  bookShipments,
  cancelBooking,
  setOrderStatus,
  setShipmentStatus,
  tryToCancelBooking,
} from '../../order/index.ts'
import { cancelAtCourier, fetchRates, trackShipment } from '../index.ts'

let laku: TestLaku
let shop: Storefront
beforeAll(async () => {
  laku = await openTestLaku({
    sandbox: true,
    choreography: orderChoreography,
    jobs: [shipmentsSweepJob],
  })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100)
})
afterEach(async () => {
  await shop.fault()
  await profile({})
})
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

async function profile(switches: object): Promise<void> {
  const answer = await fetch(`${laku.sandbox.url}/control/profile`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(switches),
  })
  expect(answer.ok).toBe(true)
}
const paid = async () => (await shop.paidOrder((await shop.market.buyers(1))[0]!)).order
const shipment = (orderId: string) =>
  laku.db
    .selectFrom('shipments')
    .selectAll()
    .where('orderId', '=', orderId)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
const context = () => ({ ...shop.booking, actor: admin })

describe('facts 4 and 11: a booking', () => {
  it('whose tracking id and history times are null is booked, followed and paid once', async () => {
    await profile({ 'biteship.tracking': 'null' })
    const order = await paid()
    await shop.book(order.id)
    const parcel = await shipment(order.id)
    expect(parcel).toMatchObject({ status: 'booked', trackingId: null, waybill: null, trackingUrl: null })
    expect(parcel.priceIdr).toBeGreaterThan(0)
    await trackShipment(context(), parcel.code)
    expect(await shipment(order.id)).toMatchObject({ status: 'booked' })
  })

  it('has its waybill with order.waybill_id', async () => {
    const order = await paid()
    await shop.book(order.id)
    expect(await shipment(order.id)).toMatchObject({ status: 'booked', waybill: null })
    await new Promise((resolve) => setTimeout(resolve, 40))
    const { code } = await shipment(order.id)
    expect((await trackShipment(context(), code)).waybill).toMatch(/^WYB-/)
  })

  it('one rate without a price is left out, and the others are offered', async () => {
    await profile({ 'biteship.rates': 'one_unpriced' })
    const parcel = { originPostalCode: '13960', destinationPostalCode: '50777', weightG: 900 }
    const rates = await fetchRates(shop.rateContext(), parcel)
    expect(rates.length).toBeGreaterThan(3)
  })

  it.each(['12', '21', '22', '23', '24', '25', '34', '38', '40', '41'])(
    'refused by 400020%s ends, and is shown with its verb',
    async (last) => {
      const order = await paid()
      await shop.fault({
        provider: 'biteship',
        operation: 'createOrder',
        kind: 'refuse',
        code: `400020${last}`,
      })
      await shop.book(order.id)
      expect(await shipment(order.id)).toMatchObject({ status: 'cancelled', nextAttemptAt: null })
      expect(await shop.attention(order.id)).toEqual(['order_not_shippable'])
    },
  )
})

describe('fact 11: cancelling', () => {
  it.each(['cancelled', 'rejected'])('that ends in %s is done', async (choice) => {
    const order = await paid()
    await shop.book(order.id)
    await profile({ 'biteship.cancel': choice })
    await cancelAtCourier(context(), order.id)
    expect(await shipment(order.id)).toMatchObject({ status: 'cancelled' })
  })

  it('that failed (40002055) says so, and the parcel goes on', async () => {
    const order = await paid()
    await shop.book(order.id)
    await profile({ 'biteship.cancel': 'fails' })
    expect(await refusal(cancelAtCourier(context(), order.id))).toBe('logistics.courier_unavailable')
    expect(await shipment(order.id)).toMatchObject({ status: 'booked' })
  })
})

describe('issue 11, case 12: an order that staff deliver by hand while the courier is down', () => {
  const byHand = (order: string) =>
    laku.as(admin, async (work) => {
      for (const status of ['ready_for_pickup', 'picked_up', 'in_transit', 'delivered'] as const)
        await setOrderStatus(work, { order, status: status as 'delivered', reason: 'by our own van' })
    })

  it.each([0, 1])('is not booked and paid when it returns, after %i tries', async (tries) => {
    const order = await paid()
    await shop.fault({ provider: 'biteship', operation: 'createOrder', kind: 'error' })
    for (let tried = 0; tried < tries; tried++) await shop.book(order.id)
    if (tries === 0) {
      await laku.db.updateTable('switches').set({ paused: true }).where('name', '=', 'biteship').execute()
      await shop.book(order.id)
    }
    await byHand(order.id)
    await laku.db.updateTable('switches').set({ paused: false }).where('name', '=', 'biteship').execute()
    await shop.fault()
    laku.clock.shift(7_200)
    await laku.drain()
    expect(await shipment(order.id)).toMatchObject({ status: 'cancelled', priceIdr: null })
    expect(await shop.see(order.id)).toMatchObject({ status: 'delivered' })
    const { id } = await shipment(order.id)
    expect(await shop.attention(id)).toEqual(tries === 0 ? [] : ['shipment_booked_unasked'])
  })
})

describe('issue 11, case 12: staff act on the parcel while the courier is down', () => {
  const move = (shipment: string, status: 'cancelled' | 'not_found') => {
    const input = { shipment, status, note: 'by telephone' }
    return cancelBooking(context(), input).then((isCancelledThere) =>
      laku.as(admin, (work) => setShipmentStatus(work, { ...input, isCancelledThere })),
    )
  }
  const bookings = async (orderId: string) => {
    const { rows } = await sql<{ id: string }>`
      select provider_order_id as id from shipments where order_id = ${orderId} and provider_order_id is not null`.execute(
      laku.db,
    )
    return rows.map((row) => row.id)
  }
  /** Returns the courier's bookings for this order that are not cancelled. */
  const alive = async (orderId: string) => {
    const code = (
      await laku.db.selectFrom('orders').select('code').where('id', '=', orderId).executeTakeFirstOrThrow()
    ).code
    const book = await fetch(`${laku.sandbox.url}/control/parcels`).then(
      (answer) => answer.json() as Promise<{ reference_id: string; status: string }[]>,
    )
    return book.filter((parcel) => parcel.reference_id.includes(code) && parcel.status !== 'cancelled')
  }

  it.each(['cancelled', 'not_found'] as const)(
    '%s by hand: a booked one is cancelled there first, or stays',
    async (status) => {
      const order = await paid()
      await shop.book(order.id)
      const { code } = await shipment(order.id)
      await shop.fault({ provider: 'biteship', operation: 'cancelOrder', kind: 'error' })
      expect(await refusal(move(code, status))).toBe('logistics.courier_unavailable')
      expect(await shipment(order.id)).toMatchObject({ status: 'booked' })
      await shop.fault()
      expect((await move(code, status)).status).toBe('cancelled')
      expect(await refusal(move(code, status))).toBe('kernel.illegal_transition')
      laku.clock.shift(7_200)
      await laku.drain()
      expect(await bookings(order.id)).toHaveLength(2)
      expect(await alive(order.id)).toHaveLength(1)
    },
  )

  it('a pending one whose booking was made and never answered is not booked a second time', async () => {
    const order = await paid()
    const courier = shop.booking.courier
    const mute = {
      ...courier,
      createOrder: async (request: Parameters<typeof courier.createOrder>[0]) => {
        await courier.createOrder(request)
        throw new ProviderFailure({
          provider: 'biteship',
          operation: 'x',
          outcome: 'unknown',
          code: 'timeout',
        })
      },
    }
    await bookShipments({ ...shop.booking, courier: mute }, [order.id])
    const lost = await shipment(order.id)
    expect(lost).toMatchObject({ status: 'pending', attempts: 1 })
    await move(lost.code, 'cancelled')
    expect(await shop.attention(lost.id)).toEqual(['shipment_booked_unasked'])
    expect(await shop.see(order.id)).toMatchObject({ status: 'on_hold' })
    await laku.as(admin, (work) => setOrderStatus(work, { order: order.id, status: 'processing' }))
    laku.clock.shift(7_200)
    await laku.drain()
    expect(await alive(order.id)).toHaveLength(1)
    expect(await shipment(order.id)).toMatchObject({ status: 'booked', reference: lost.reference })
  })
})

describe('a booked parcel that was never carried', () => {
  type Said = Omit<Parameters<typeof setShipmentStatus>[1], 'shipment'>
  const say = async (shipment: string, said: Said) => {
    const asked = said.isWithoutCourier
      ? await tryToCancelBooking(context(), { shipment, ...said })
      : { isCancelledThere: await cancelBooking(context(), { shipment, ...said }) }
    return await laku.as(admin, (work) => setShipmentStatus(work, { shipment, ...said, ...asked }))
  }
  const balances = () =>
    laku.system(async ({ tx }) => ({
      deposit: await balanceIdr(tx, 'courier-deposit'),
      subsidy: await balanceIdr(tx, 'subsidy'),
    }))
  /** Returns the money that an order still holds: after its delivery it is earned. */
  const balancesOf = (orderId: string) => laku.system(({ tx }) => balanceIdr(tx, `order-funds:${orderId}`))
  const forget = (id: string) =>
    sql`update shipments set provider_order_id = ${`gone-${id}`} where id = ${id}`.execute(laku.db)
  const without = { status: 'cancelled', isWithoutCourier: true } as const

  it.each(['kept', 'returned'] as const)(
    'and that its courier does not know ends as a person says, with the price %s',
    async (courierPrice) => {
      const [order, before] = [await paid(), await balances()]
      await shop.book(order.id)
      const { id, code, priceIdr } = await shipment(order.id)
      await forget(id)
      expect(await refusal(say(code, { status: 'cancelled' }))).toBe('logistics.courier_order_unknown')
      expect(await refusal(cancelAtCourier(context(), order.id))).toBe('logistics.courier_order_unknown')
      expect(await say(code, { ...without, courierPrice })).toMatchObject({ status: 'cancelled' })
      const lostIdr = courierPrice === 'kept' ? (priceIdr as number) : 0
      expect(await balances()).toEqual({
        deposit: before.deposit - lostIdr,
        subsidy: before.subsidy + lostIdr,
      })
      expect(await shop.attention(id)).toEqual([])
      expect(await refusal(say(code, { status: 'cancelled', courierPrice }))).toBe('kernel.option_not_taken')
      // The goods were never sent, so another courier is booked for them, or the order is cancelled.
      expect(await shop.see(order.id)).toMatchObject({ status: 'processing' })
      if (courierPrice === 'kept') await shop.cancel(admin, order.id)
      else await shop.book(order.id)
      expect(await shop.see(order.id)).toMatchObject({
        status: courierPrice === 'kept' ? 'refunded' : 'ready_for_pickup',
      })
    },
  )

  it.each([
    ['picked_up', ['picked_up']],
    ['in_transit', ['in_transit']],
    ['on_hold', ['on_hold']],
    ['returning', ['in_transit', 'returning']],
  ] as const)(
    'although its courier reported it as %s ends too: its goods are in stock, and the next parcel is booked',
    async (_, states) => {
      const [order, before] = [await paid(), await balances()]
      const stock = () =>
        laku.db
          .selectFrom('warehouseInventory')
          .select(['onHand', 'reserved'])
          .where('variantId', '=', order.items[0]?.variantId as string)
          .executeTakeFirstOrThrow()
      const reserved = await stock()
      await shop.book(order.id)
      const { id, code } = await shipment(order.id)
      for (const status of states) await say(code, { status })
      expect(await say(code, without)).toMatchObject({ status: 'cancelled' })
      expect(await shop.see(order.id)).toMatchObject({ status: 'processing' })
      expect([await stock(), await balances()]).toEqual([reserved, before])
      expect(await shop.attention(id)).toEqual(['shipment_booked_unasked'])
      await shop.book(order.id)
      expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup' })
    },
  )

  it('that its courier takes back reached its buyer all the same', async () => {
    const order = await paid()
    await shop.book(order.id)
    const { code } = await shipment(order.id)
    await say(code, { status: 'in_transit' })
    await say(code, { status: 'returning' })
    expect(await say(code, { status: 'delivered' })).toMatchObject({ status: 'delivered' })
    expect(await shop.see(order.id)).toMatchObject({ status: 'delivered' })
    expect(await balancesOf(order.id)).toBe(0)
  })

  it('although its courier has it ends too, and staff look for the booking there', async () => {
    const order = await paid()
    await shop.book(order.id)
    const { id, code } = await shipment(order.id)
    await shop.fault({ provider: 'biteship', operation: 'cancelOrder', kind: 'error' })
    expect(await say(code, without)).toMatchObject({ status: 'cancelled' })
    expect(await shop.attention(id)).toEqual(['shipment_booked_unasked'])
  })

  it('is cancelled at its courier where that is possible, whose price it keeps all the same', async () => {
    const [order, before] = [await paid(), await balances()]
    await shop.book(order.id)
    const { id, code, priceIdr } = await shipment(order.id)
    expect(await say(code, { status: 'not_found', courierPrice: 'kept' })).toMatchObject({
      status: 'cancelled',
    })
    expect((await balances()).deposit).toBe(before.deposit - (priceIdr as number))
    expect(await shop.attention(id)).toEqual([])
  })

  it('takes the options where they mean something, and refuses them elsewhere', async () => {
    const order = await paid()
    await shop.book(order.id)
    const { id, code, feeIdr } = await shipment(order.id)
    const said: Said[] = [
      { status: 'picked_up', courierPrice: 'kept' },
      { status: 'delivered', courierPrice: 'returned' },
      { status: 'lost', isWithoutCourier: true },
    ]
    for (const each of said) expect(await refusal(say(code, each))).toBe('kernel.option_not_taken')
    await say(code, { status: 'in_transit' })
    expect(await refusal(say(code, { status: 'cancelled' }))).toBe('kernel.illegal_transition')
    expect(await refusal(say(code, { status: 'lost', isWithoutCourier: true }))).toBe(
      'kernel.option_not_taken',
    )
    await say(code, { status: 'returned' })
    await say(code, { status: 'returned', courierPrice: 'returned' })
    expect(await shipment(order.id)).toMatchObject({
      priceIdr: 0,
      marginIdr: feeIdr,
      courierPrice: 'returned',
    })
    await trackShipment(context(), id)
    expect(await shipment(order.id)).toMatchObject({ priceIdr: 0 })
  })

  it('of the old numbers has its next parcel under a number of its own', async () => {
    const order = await paid()
    await shop.book(order.id)
    const { id, code, reference } = await shipment(order.id)
    await sql`update shipments set reference = ${reference.replace(/-1$/, '-2')} where id = ${id}`.execute(
      laku.db,
    )
    await say(code, { status: 'cancelled' })
    await shop.book(order.id)
    expect(await shipment(order.id)).toMatchObject({
      status: 'booked',
      reference: reference.replace(/-1$/, '-3'),
    })
  })
})

describe('answers of Biteship', () => {
  const anything = fc.oneof(fc.constant(null), fc.anything())
  it('no field but its id can make an order unreadable, and no line of its history loses another', () => {
    fc.assert(
      fc.property(
        fc.record({
          status: anything,
          price: anything,
          courier: fc.oneof(
            anything,
            fc.record({ tracking_id: anything, waybill_id: anything, link: anything }),
          ),
          reference_id: anything,
          extra: anything,
        }),
        (given) => {
          expect(orderAnswer.safeParse({ ...given, id: 'o1', status: 'confirmed' }).success).toBe(true)
          expect(orderAnswer.safeParse({ ...given, id: 'o1', price: 9_000 }).success).toBe(true)
        },
      ),
    )
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (odd) => {
        const line = { status: 'picked', note: 'x', updated_at: '2026-01-11T14:03:41+07:00' }
        const { history } = orderAnswer.parse({
          id: 'o1',
          status: 'picked',
          courier: { history: [...odd, line, ...odd] },
        })
        expect(history.filter((courierEvent) => courierEvent.status === 'picked')).toHaveLength(1)
      }),
    )
  })

  it('no rate loses a neighbour', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (odd) => {
        const good = {
          company: 'jne',
          type: 'reg',
          price: 9_000,
          courier_service_name: 'Reguler',
          duration: '1 day',
        }
        expect(
          ratesAnswer.parse({ pricing: [...odd, good, ...odd] }).map((courierRate) => courierRate.company),
        ).toContain('jne')
      }),
    )
  })
})
