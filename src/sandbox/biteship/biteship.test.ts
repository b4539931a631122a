import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { SECRETS, startFixture } from '../../../test/sandbox-fixture.ts'
import { fieldsOf } from '../fields.ts'

let f: Awaited<ReturnType<typeof startFixture>>
beforeAll(async () => {
  f = await startFixture()
})
afterAll(() => f.close())
beforeEach(async () => {
  await f.control('POST', '/reset')
  await f.control('PUT', '/profile', { 'biteship.waybill': 'at_once' })
  f.receiver.received.length = 0
})

const items = [{ name: 'Kaos', value: 90_000, quantity: 2, weight: 400 }]
const rates = (over: object = {}) =>
  f.biteship('POST', '/v1/rates/couriers', {
    origin_postal_code: 40132,
    destination_postal_code: 12110,
    couriers: 'jne,sicepat',
    items,
    ...over,
  })
const order = (over: object = {}) =>
  f.biteship('POST', '/v1/orders', {
    origin_contact_name: 'Gudang',
    origin_contact_phone: '08111111111',
    origin_address: 'Jl. Dago 1',
    origin_postal_code: 40132,
    destination_contact_name: 'Siti',
    destination_contact_phone: '08122222222',
    destination_address: 'Jl. Melawai 2',
    destination_postal_code: 12110,
    courier_company: 'jne',
    courier_type: 'reg',
    delivery_type: 'now',
    items,
    ...over,
  })

it('wants its key raw, and tells a missing from a wrong one', async () => {
  const wrong = await f.biteship('GET', '/v1/couriers', undefined, { authorization: 'Bearer x' })
  expect([wrong.status, wrong.body]).toEqual([
    401,
    expect.objectContaining({ success: false, code: 40000001 }),
  ])
  const none = await fetch(`${f.sandbox.biteshipUrl}/v1/couriers`)
  expect([none.status, await none.json()]).toEqual([401, expect.objectContaining({ code: 40101001 })])
  expect((await f.biteship('GET', '/v1/couriers')).body).toMatchObject({ success: true, object: 'courier' })
})

it('prices by place and weight, the same for the same', async () => {
  const first = await rates()
  expect(first.body).toMatchObject({ success: true, object: 'courier_pricing', code: 20001007 })
  expect((await rates()).body).toEqual(first.body)
  const pricing = first.body.pricing
  if (!Array.isArray(pricing)) throw new Error('no pricing')
  expect(pricing.map((it) => `${it.company}/${it.type}`)).toEqual(
    expect.arrayContaining(['jne/reg', 'jne/yes', 'sicepat/reg']),
  )
  expect(pricing[0]).toMatchObject({
    currency: 'IDR',
    shipment_duration_unit: 'days',
    price: expect.any(Number),
  })
  const heavy = await rates({ items: [{ ...items[0], quantity: 10 }] })
  expect(heavy.body).toMatchObject({ pricing: [{ price: 4 * pricing[0].price }, {}, {}, {}, {}] })
})

it.each([
  [{ destination_postal_code: undefined }, 40001001],
  [{ destination_postal_code: 1 }, 40001001],
  [{ items: [] }, 40001002],
  [{ couriers: '' }, 40001010],
])('refuses rates with %j by %i', async (over, code) => {
  const answer = await rates(over)
  expect([answer.status, answer.body.success, answer.body.code]).toEqual([400, false, code])
})

it('finds areas', async () => {
  const found = await f.biteship('GET', '/v1/maps/areas?countries=ID&input=bandung&type=single')
  expect(found.body).toMatchObject({ success: true, areas: [{ postal_code: 40132 }] })
})

it('books at the price it quoted, once a reference', async () => {
  const quoted = await rates({ couriers: 'jne' })
  const made = await order({ reference_id: 'shp-1' })
  expect(made.body).toMatchObject({
    success: true,
    object: 'order',
    status: 'confirmed',
    reference_id: 'shp-1',
  })
  expect(quoted.body).toMatchObject({
    pricing: expect.arrayContaining([expect.objectContaining({ type: 'reg', price: made.body.price })]),
  })
  const again = await order({ reference_id: 'shp-1' })
  expect([again.status, again.body]).toEqual([
    400,
    expect.objectContaining({
      success: false,
      code: 40002060,
      details: {
        order_id: made.body.id,
        waybill_id: fieldsOf(made.body.courier).waybill_id,
        reference_id: 'shp-1',
      },
    }),
  ])
  expect((await order()).status).toBe(200)
})

it.each([
  [{ destination_postal_code: undefined }, 40002010],
  [{ origin_postal_code: undefined }, 40002011],
  [{ origin_contact_name: '' }, 40002014],
  [{ origin_contact_phone: '' }, 40002015],
  [{ origin_address: '' }, 40002016],
  [{ destination_contact_name: '' }, 40002017],
  [{ destination_contact_phone: '' }, 40002018],
  [{ destination_address: '' }, 40002019],
  [{ destination_postal_code: 99 }, 40002020],
  [{ courier_company: 'pigeon' }, 40002026],
  [{ courier_type: 'warp' }, 40002027],
])('refuses an order with %j by %i', async (over, code) => {
  const answer = await order(over)
  expect([answer.status, answer.body.code]).toEqual([400, code])
})

it('moves a parcel, tells it, and keeps its history in strict order', async () => {
  const made = await order()
  const id = String(made.body.id)
  for (const status of ['allocated', 'picking_up', 'picked', 'dropping_off', 'delivered'])
    await f.control('POST', `/shipments/${id}`, { status })
  const read = await f.biteship('GET', `/v1/orders/${id}`)
  const history = fieldsOf(read.body.courier).history
  if (!Array.isArray(history)) throw new Error('no history')
  expect(history.map((it) => it.status)).toEqual([
    'confirmed',
    'allocated',
    'picking_up',
    'picked',
    'dropping_off',
    'delivered',
  ])
  const times = history.map((it) => Date.parse(it.updated_at))
  expect(times.every((at, n) => n === 0 || at > (times[n - 1] ?? 0))).toBe(true)
  await f.sandbox.settleWebhooks()
  expect(f.receiver.received).toHaveLength(5)
  expect(f.receiver.received[0]).toMatchObject({
    path: '/api/webhooks/biteship',
    headers: { [SECRETS.biteship.webhookHeader]: SECRETS.biteship.webhookSecret },
    body: { event: 'order.status', order_id: id, order_price: made.body.price, courier_company: 'jne' },
  })
  const tracking = await f.biteship('GET', `/v1/trackings/${fieldsOf(made.body.courier).tracking_id}`)
  expect(tracking.body).toMatchObject({ object: 'tracking', order_id: id, status: 'delivered' })
})

it('tells a new price and a new waybill in their own shapes', async () => {
  const made = await order()
  await f.control('POST', `/shipments/${made.body.id}`, { price: 25_000 })
  await f.control('POST', `/shipments/${made.body.id}`, { waybill_id: 'JNE-77' })
  await f.sandbox.settleWebhooks()
  expect(f.receiver.received.map((it) => it.body)).toEqual([
    expect.objectContaining({
      event: 'order.price',
      price: 25_000,
      shippment_fee: 25_000,
      status: 'confirmed',
    }),
    expect.objectContaining({ event: 'order.waybill_id', courier_waybill_id: 'JNE-77' }),
  ])
})

it('cancels only before the parcel is picked up', async () => {
  const cancel = (id: unknown) =>
    f.biteship('POST', `/v1/orders/${id}/cancel`, { cancellation_reason_code: 'change_courier' })
  const early = await order()
  expect((await cancel(early.body.id)).body).toMatchObject({ success: true, status: 'cancelled' })
  const late = await order()
  await f.control('POST', `/shipments/${late.body.id}`, { status: 'picked' })
  const refused = await cancel(late.body.id)
  expect([refused.status, refused.body.code]).toEqual([400, 40002053])
  const unknown = await cancel('nothing')
  expect([unknown.status, unknown.body.code]).toEqual([404, 40002057])
})

it('pings the webhook on installation without the secret', async () => {
  expect((await f.control('POST', '/biteship/install')).body).toEqual({ status: 200, installed: true })
  expect(f.receiver.received).toMatchObject([{ raw: '' }])
  expect(f.receiver.received[0]?.headers).not.toHaveProperty(SECRETS.biteship.webhookHeader)
})

it('shows a parcel at its tracking link, in the language of who looks', async () => {
  const { body } = await order()
  const { link } = fieldsOf(body.courier)
  await f.control('POST', `/shipments/${body.id}`, { status: 'picked' })
  const at = await fetch(String(link), { headers: { 'accept-language': 'en-GB' } })
  expect([at.status, at.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const page = await at.text()
  expect(page).toMatch(/<html lang="en">.*Waybill.*WYB-\d+.*JNE reg.*<h2>picked.*<h2>confirmed/s)
  expect(page).not.toContain('Siti')
  const lost = await fetch(`${f.sandbox.biteshipUrl}/track/none`)
  expect([lost.status, await lost.text()]).toEqual([404, expect.stringContaining('Tidak ditemukan')])
})

it('fact 11: gives waybill, link and driver only with order.waybill_id', async () => {
  await f.control('PUT', '/profile', {})
  const { body } = await order()
  expect(body.courier).toMatchObject({ waybill_id: null, link: null, driver_name: null })
  await f.sandbox.settleWebhooks()
  expect(f.receiver.received.map((item) => item.body)).toMatchObject([
    { event: 'order.waybill_id', courier_waybill_id: expect.stringMatching(/^WYB-/) },
  ])
  const read = await f.biteship('GET', `/v1/orders/${body.id}`)
  expect(read.body.courier).toMatchObject({ waybill_id: expect.any(String), driver_name: 'Budi' })
})
