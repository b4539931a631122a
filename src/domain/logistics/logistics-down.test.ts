import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { orderChoreography, Storefront } from '../../../test/storefront.ts'
import { shipmentsSweepJob } from '../../jobs/shipments/sweep.ts'
import { createBiteshipCourier } from '../../providers/biteship/courier.ts'
import { balanceIdr } from '../ledger/index.ts'
import { bookShipments } from '../order/index.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [shipmentsSweepJob] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(50)
})
afterEach(() => shop.fault())
afterAll(async () => {
  await shop.expectAllTrue()
  await laku.close()
})

/** Returns the real client with short timeouts, so that a lost answer costs a test only a moment. */
const shortTimeout = () =>
  createBiteshipCourier({
    url: laku.sandbox.biteshipUrl,
    apiKey: laku.config.biteshipApiKey,
    timeoutMs: 400,
    breaker: { troubles: 1000 },
  })

it.each([
  ['refuse', {}],
  ['error', {}],
  ['timeout', {}],
  ['commit_then_timeout', {}],
  ['slow', { delay_ms: 600 }],
  ['garbage', {}],
] as const)('a parcel waits out a courier that does %s, and is booked once', async (kind, more) => {
  const [ana] = await shop.market.buyers(1)
  const { order } = await shop.paidOrder(ana!)
  const deposit = await laku.system((work) => balanceIdr(work.tx, 'courier-deposit'))
  await shop.fault({ provider: 'biteship', operation: 'createOrder', kind, ...more })
  await bookShipments({ ...shop.booking, courier: shortTimeout() }, [order.id])
  const shipments = () =>
    laku.db.selectFrom('shipments').selectAll().where('orderId', '=', order.id).execute()
  const [pending, ...others] = await shipments()
  expect(others).toEqual([])
  expect(pending).toMatchObject({ status: 'pending', attempts: 1 })
  expect(await shop.see(order.id)).toMatchObject({ status: 'processing' })
  expect(await shop.attention(pending!.id)).toEqual(kind === 'refuse' ? ['shipment_not_booked'] : [])
  await shop.fault()
  laku.clock.shift(3_600)
  await laku.drain()
  const [booked, ...more2] = await shipments()
  expect(more2).toEqual([])
  expect(booked).toMatchObject({ id: pending!.id, status: 'booked', attempts: 2 })
  expect(await laku.system((work) => balanceIdr(work.tx, 'courier-deposit'))).toBe(
    deposit - booked!.priceIdr!,
  )
  expect(await shop.see(order.id)).toMatchObject({ status: 'ready_for_pickup', waybill: booked!.waybill })
})
