import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import type { Buyer, Market } from '../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { stateIn, tried } from '../../../test/tried.ts'
import { shipmentsSweepJob } from '../../jobs/shipments/sweep.ts'
import { createBiteshipCourier } from '../../providers/biteship/courier.ts'
import { defaultPolicy, newId, type Work } from '../kernel/index.ts'
import { balanceIdr } from '../ledger/index.ts'
import { bookShipment, bookShipments, setShipmentStatus } from '../order/index.ts'
import type { ClaimedBooking } from './bookings/claim.ts'
import { recordBooked } from './bookings/record.ts'
import type { CourierGateway } from './courier.ts'
import {
  cachedRates,
  fetchRates,
  getShipment,
  offeredRates,
  quoteRate,
  shipmentStatesByHand,
  shipmentTransitions,
  zoneRate,
} from './index.ts'

let laku: TestLaku
let shop: Storefront
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({
    sandbox: true,
    choreography: orderChoreography,
    jobs: [shipmentsSweepJob],
    policy: { rateTimeoutMs: 500 },
  })
  shop = await Storefront.open(laku)
  market = shop.market
  await market.addStock(500)
})
afterEach(() => shop.fault())
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

async function buyer(): Promise<Buyer> {
  const [firstBuyer] = await market.buyers(1)
  return firstBuyer!
}

// Each test has a postal code of its own, so that it does not find another test's cached prices.
let nextPostalCode = 50_111
function parcelTo(postalCode = String(nextPostalCode++), weightG = 1_200) {
  return { originPostalCode: '13960', destinationPostalCode: postalCode, weightG }
}

/** Returns the real client with a counter of its calls. */
function counted(): CourierGateway & { calls: number } {
  const { courier } = laku.providers
  const gateway = {
    ...courier,
    calls: 0,
    rates: (query: Parameters<CourierGateway['rates']>[0]) => {
      gateway.calls++
      return courier.rates(query)
    },
  }
  return gateway
}

const cached = (parcel: ReturnType<typeof parcelTo> & { courier?: { company: string; type: string } }) =>
  laku.system(async (work) => (await cachedRates(work.tx, [{ key: 'a', ...parcel }], work.now)).get('a'))

describe('a zone fee', () => {
  const fee = (from: string, to: string, weightG = 1_000) =>
    zoneRate(defaultPolicy, from, to, weightG).priceIdr

  it('goes by city, island and started kilogram', () => {
    expect(fee('13960', '10110')).toBe(12_000)
    expect(fee('40111', '40132')).toBe(12_000)
    expect(fee('13960', '40132')).toBe(22_000)
    expect(fee('13960', '60111')).toBe(22_000)
    expect(fee('20111', '35111')).toBe(22_000)
    expect(fee('13960', '20111')).toBe(45_000)
    expect(fee('80111', '83111')).toBe(45_000)
    expect(fee('90111', '97111')).toBe(45_000)
    expect(fee('97111', '99111')).toBe(45_000)
    expect(fee('13960', '10110', 1_001)).toBe(24_000)
    expect(fee('13960', '10110', 1)).toBe(12_000)
  })

  it('names the courier that is asked for', () => {
    const courier = { company: 'tiki', type: 'reg' }
    expect(zoneRate(defaultPolicy, '13960', '10110', 1, courier)).toMatchObject({
      ...courier,
      source: 'zone',
    })
  })
})

describe('rates', () => {
  it('are asked for, cheapest first, and cached for every parcel of that weight', async () => {
    const parcel = parcelTo()
    expect(await cached(parcel)).toBeUndefined()
    const rates = await fetchRates(shop.rateContext(), parcel)
    const prices = rates.map((rate) => rate.priceIdr)
    expect(prices).toEqual(prices.toSorted((a, b) => a - b))
    const { source: _, ...cheapest } = rates[0]!
    expect(await cached({ ...parcel, weightG: 2_000 })).toEqual({ ...cheapest, source: 'cache' })
    expect(await cached({ ...parcel, weightG: 2_001 })).toBeUndefined()
    const jne = { company: 'jne', type: 'yes' }
    expect(await cached({ ...parcel, courier: jne })).toMatchObject(jne)
    laku.clock.shift(24 * 3600)
    expect(await cached(parcel)).toBeUndefined()
    await fetchRates(shop.rateContext(), parcel)
    expect(await cached(parcel)).toBeDefined()
  })

  it('that name a courier and its service twice are kept once, the cheaper one', async () => {
    const parcel = parcelTo()
    const rate = { company: 'jne', type: 'reg', service: 'REG', duration: '1 day' }
    const twice = [9_000, 8_000, 8_500].map((priceIdr) => ({ ...rate, priceIdr }))
    const courier: CourierGateway = { ...laku.providers.courier, rates: async () => twice }
    await fetchRates({ ...shop.rateContext(), courier }, parcel)
    expect(await cached(parcel)).toMatchObject({ priceIdr: 8_000 })
  })

  it('of hundreds of parcels are read at once', async () => {
    const parcel = parcelTo()
    await fetchRates(shop.rateContext(), parcel)
    const parcels = Array.from({ length: 300 }, (_, i) => ({
      ...parcel,
      key: String(i),
      destinationPostalCode: i % 3 === 0 ? '99999' : parcel.destinationPostalCode,
    }))
    const rates = await laku.system((work) => cachedRates(work.tx, parcels, work.now))
    expect(rates.size).toBe(200)
    expect(rates.has('0')).toBe(false)
  })

  it('are asked for once however many wait', async () => {
    const courier = counted()
    const parcel = parcelTo()
    const context = { ...shop.rateContext(), courier }
    const all = await Promise.all(Array.from({ length: 20 }, () => quoteRate(context, parcel)))
    expect(courier.calls).toBe(1)
    expect(new Set(all.map((rate) => rate.priceIdr)).size).toBe(1)
    await offeredRates(context, parcel)
    expect(courier.calls).toBe(1)
  })

  it.each([
    ['down', { kind: 'error' }],
    ['too slow', { kind: 'slow', delay_ms: 1_500 }],
    ['talking nonsense', { kind: 'garbage' }],
  ])('come from the zone table while the couriers are %s, and are not kept', async (_, fault) => {
    const parcel = parcelTo('60111')
    await shop.fault({ provider: 'biteship', operation: 'rates', ...fault })
    const zone = zoneRate(laku.policy, '13960', '60111', parcel.weightG)
    expect(await quoteRate(shop.rateContext(), parcel)).toEqual(zone)
    expect(await offeredRates(shop.rateContext(), parcel)).toEqual([zone])
    expect(await cached(parcel)).toBeUndefined()
  })

  it('do not exist for a place where no courier goes', async () => {
    expect(await refusal(quoteRate(shop.rateContext(), parcelTo('00001')))).toBe('logistics.not_serviceable')
  })

  it('let an order be placed while the couriers are down', async () => {
    await sql`delete from shipping_rates`.execute(laku.db)
    await shop.fault({ provider: 'biteship', operation: 'rates', kind: 'error' })
    const { order } = await shop.order(await buyer())
    const { originPostalCode } = shop.settings
    const zone = zoneRate(laku.policy, originPostalCode, '40132', 250)
    expect(order).toMatchObject({
      shippingIdr: zone.priceIdr,
      courier: { company: zone.company, type: zone.type },
    })
  })
})

describe('a parcel', () => {
  const shipmentsOf = (orderId: string) =>
    laku.db.selectFrom('shipments').selectAll().where('orderId', '=', orderId).orderBy('id').execute()
  const postingsOf = async (shipmentId: string) => {
    const { rows } = await sql<{ key: string }>`
      select key from ledger_transactions where subject_id = ${shipmentId}`.execute(laku.db)
    return rows.map((row) => row.key)
  }
  /** Returns the courier's order with this reference: a second order with it gets the first as the answer. */
  const parcelAt = (referenceId: string) => {
    const place = { contactName: 'Ana', contactPhone: '+628120000001', address: 'Jl. 1', postalCode: '10110' }
    const items = [{ name: 'Kaos', valueIdr: 1, quantity: 1, weightG: 1 }]
    const request = { referenceId, origin: place, destination: place, company: 'jne', type: 'reg', items }
    return laku.providers.courier.createOrder(request)
  }

  it('is booked once, with its price out of the deposit', async () => {
    const { order } = await shop.paidOrder(await buyer())
    const deposit = () => laku.system((work) => balanceIdr(work.tx, 'courier-deposit'))
    const before = await deposit()
    await Promise.all([shop.book(order.id), shop.book(order.id), shop.book(order.id)])
    await shop.book(order.id)
    const [shipment, ...more] = await shipmentsOf(order.id)
    expect(more).toEqual([])
    expect(shipment).toMatchObject({ status: 'booked', attempts: 1, nextAttemptAt: null })
    expect(await deposit()).toBe(before - shipment!.priceIdr!)
    expect(await postingsOf(shipment!.id)).toEqual([`shipment:${shipment!.id}:booked`])
  })

  it('is booked once though the answer was lost', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.fault({
      provider: 'biteship',
      operation: 'createOrder',
      kind: 'commit_then_timeout',
      times: 1,
    })
    await bookWithin(2_000, order.id)
    const [pending] = await shipmentsOf(order.id)
    expect(pending).toMatchObject({ status: 'pending', attempts: 1, waybill: null })
    expect(await shop.see(order.id)).toMatchObject({ status: 'processing' })
    expect(await laku.drain()).toBe(0)
    laku.clock.shift(11)
    expect(await laku.drain()).toBe(1)
    const [booked, ...more] = await shipmentsOf(order.id)
    expect(more).toEqual([])
    expect(booked).toMatchObject({ id: pending!.id, status: 'booked', attempts: 2 })
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup', waybill: booked!.waybill })
    expect(await postingsOf(booked!.id)).toHaveLength(1)
    expect((await parcelAt(booked!.reference)).id).toBe(booked!.providerOrderId)
  })

  /** The client's own timeout is 10 s, which is too long for a test. */
  async function bookWithin(timeoutMs: number, orderId: string): Promise<void> {
    const { biteshipApiKey: apiKey } = laku.config
    const courier = createBiteshipCourier({ url: laku.sandbox.biteshipUrl, apiKey, timeoutMs })
    await bookShipments({ ...shop.booking, courier }, [orderId])
  }

  it('waits while the courier is down, tells a person in the end, and goes on trying', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.fault({ provider: 'biteship', operation: 'createOrder', kind: 'error' })
    await shop.book(order.id)
    for (let attempt = 2; attempt <= laku.policy.providerAttempts; attempt++) {
      const [shipment] = await shipmentsOf(order.id)
      expect(await shop.attention(shipment!.id)).toEqual([])
      laku.clock.shift(3_600)
      await shop.book(order.id)
    }
    const [shipment] = await shipmentsOf(order.id)
    expect(shipment).toMatchObject({ status: 'pending', attempts: laku.policy.providerAttempts })
    expect(await shop.attention(shipment!.id)).toEqual(['shipment_not_booked'])
    await shop.fault()
    // So many failures open the circuit breaker, which closes by itself after a time.
    for (let tries = 0; tries < 20; tries++) {
      laku.clock.shift(3_700)
      await laku.drain()
      if ((await shipmentsOf(order.id))[0]?.status === 'booked') break
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup' })
  }, 60_000)

  it('that the courier refuses for its address puts its order on hold, for a person', async () => {
    const { order } = await shop.paidOrder(await buyer())
    const fault = { provider: 'biteship', operation: 'createOrder', kind: 'refuse', times: 1 }
    await shop.fault({ ...fault, code: '40002020' })
    await shop.book(order.id)
    expect(await shop.see(order.id)).toMatchObject({
      status: 'on_hold',
      statusReason: 'no_serviceable_address',
      shipment: { status: 'cancelled' },
    })
    expect(await shop.attention(order.id)).toEqual(['order_not_shippable'])
    laku.clock.shift(3_600)
    expect(await laku.drain()).toBe(0)
    const other = { company: 'tiki', type: 'reg' }
    const rebooked = await bookShipment({ ...shop.booking, actor: admin }, order.id, other)
    expect(rebooked).toMatchObject({ status: 'booked', courier: other })
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup', statusReason: null })
  })

  it('that is refused for want of deposit waits, and a person is told at once', async () => {
    const { order } = await shop.paidOrder(await buyer())
    await shop.fault({ provider: 'biteship', operation: 'createOrder', kind: 'refuse', times: 1 })
    await shop.book(order.id)
    const [shipment] = await shipmentsOf(order.id)
    expect(shipment).toMatchObject({ status: 'pending', failureCode: '40009003' })
    expect(await shop.attention(shipment!.id)).toEqual(['shipment_not_booked'])
    laku.clock.shift(11)
    await laku.drain()
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup' })
  })

  it('whose job was lost is booked by the sweep', async () => {
    const { order } = await shop.paidOrder(await buyer())
    expect(await laku.drain()).toBe(0)
    laku.clock.shift(121)
    expect(await laku.drain()).toBe(1)
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup' })
  })

  it('waits, and does not fail, while staff have paused the courier', async () => {
    const { order } = await shop.paidOrder(await buyer())
    const pause = (paused: boolean) =>
      sql`update switches set paused = ${paused} where name = 'biteship'`.execute(laku.db)
    await pause(true)
    await shop.book(order.id)
    laku.clock.shift(3_600)
    expect(await laku.drain()).toBe(0)
    expect((await shipmentsOf(order.id))[0]).toMatchObject({ status: 'pending', attempts: 0 })
    await pause(false)
    await laku.drain()
    expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup' })
  })

  it('is booked by staff with another courier, and never for an unpaid order', async () => {
    const book = (orderId: string, actor = admin) =>
      bookShipment({ ...shop.booking, actor }, orderId, { company: 'sicepat', type: 'best' })
    const ana = await buyer()
    const unpaid = await shop.order(ana)
    expect(await refusal(book(unpaid.order.id))).toBe('logistics.order_not_bookable')
    expect(await refusal(book(newId()))).toBe('logistics.order_not_found')
    const { order } = await shop.paidOrder(ana)
    expect(await refusal(book(order.id, { kind: 'customer', id: ana.id }))).toBe('kernel.forbidden')
    const shipment = await book(order.id)
    expect(shipment).toMatchObject({
      status: 'booked',
      courier: { company: 'sicepat', type: 'best' },
      events: [{ status: 'booked' }],
    })
    expect(await book(order.id)).toEqual(shipment)
    const see = (who: Buyer) => laku.as(customer(who), (work) => getShipment(work, shipment.code))
    expect(await see(ana)).toEqual(shipment)
    expect(await refusal(see(await buyer()))).toBe('logistics.shipment_not_found')
    expect(await laku.as(system, (work) => getShipment(work, shipment.id))).toEqual(shipment)
  })
})

it('a parcel moves along its table and nowhere else, by hand as by its courier', async () => {
  const { order } = await shop.paidOrder(await buyer())
  await shop.book(order.id)
  const { id, priceIdr } = await laku.db
    .selectFrom('shipments')
    .select(['id', 'priceIdr'])
    .where('orderId', '=', order.id)
    .executeTakeFirstOrThrow()
  laku.clock.shift(1)
  const read = stateIn('shipments', id)
  const booking = { shipmentId: id, orderId: order.id, orderCode: order.code, attempts: 1 } as ClaimedBooking
  const parcel = { id: 'b-1', trackingId: 't-1', status: 'confirmed', priceIdr: priceIdr as number }
  for (const [from, next] of Object.entries(shipmentTransitions)) {
    const set = (work: Work) => sql`update shipments set status = ${from} where id = ${id}`.execute(work.tx)
    for (const to of shipmentStatesByHand) {
      // A parcel on its way is cancelled only if a person says that it never left.
      const isWithoutCourier =
        to === 'cancelled' && !['pending', 'booked'].includes(from) && next.includes(to)
      const use = (work: Work) => setShipmentStatus(work, { shipment: id, status: to, isWithoutCourier })
      const legal = next.includes(to)
      const expected = { code: legal ? 'ok' : 'kernel.illegal_transition', status: legal ? to : from }
      expect([from, to, await tried(laku, { set, use, read })]).toEqual([from, to, expected])
    }
    const use = (work: Work) => recordBooked(work, booking, parcel)
    expect([from, (await tried(laku, { set, use, read })).status]).toEqual([
      from,
      next.includes('booked') ? 'booked' : from,
    ])
  }
})

it('the index of live shipments and the table of states agree', async () => {
  const ended = Object.entries(shipmentTransitions).flatMap(([state, next]) =>
    next.length === 0 ? [state] : [],
  )
  // After a delivery an order gets no other parcel; after the other ends a new parcel may be booked.
  expect(ended.sort()).toEqual(['cancelled', 'delivered', 'lost', 'not_found', 'returned'])
})
