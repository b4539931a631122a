import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failureOf, openWire, replying, type Wire } from '../../../test/provider-wire.ts'
import type { NewCourierOrder } from '../../domain/logistics/courier.ts'
import { createBiteshipCourier } from './courier.ts'

let wire: Wire
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())
beforeEach(() => {
  wire.requests.length = 0
})

const courier = () =>
  createBiteshipCourier({ url: wire.url, apiKey: 'biteship_test.k', couriers: ['jne'], timeoutMs: 500 })
const body = () => JSON.parse(wire.requests[0]?.body ?? '')

const item = { name: 'Kaos', valueIdr: 75000, quantity: 2, weightG: 300 }
const order: NewCourierOrder = {
  referenceId: 'SHP-1',
  origin: {
    contactName: 'Gudang',
    contactPhone: '+622112345678',
    address: 'Jl. Satu 1',
    postalCode: '12440',
  },
  destination: {
    contactName: 'Budi',
    contactPhone: '+628123456789',
    address: 'Jl. Dua 2',
    postalCode: '40115',
  },
  company: 'jne',
  type: 'reg',
  items: [item],
}
const booked = {
  success: true,
  object: 'order',
  id: 'o1',
  status: 'confirmed',
  price: 18000,
  courier: { tracking_id: 't1', waybill_id: null, company: 'jne', type: 'reg', link: 'https://track/t1' },
}
const read = { id: 'o1', trackingId: 't1', status: 'confirmed', priceIdr: 18000, link: 'https://track/t1' }

test('rates', async () => {
  const price = { company: 'jne', type: 'reg', courier_service_name: 'Reguler', price: 18000 }
  wire.answer = replying(200, { success: true, pricing: [{ ...price, duration: '2 - 3 days' }] })
  const query = { originPostalCode: '12440', destinationPostalCode: '40115', items: [item] }
  expect(await courier().rates(query)).toEqual([
    { company: 'jne', type: 'reg', service: 'Reguler', priceIdr: 18000, duration: '2 - 3 days' },
  ])
  expect(wire.requests[0]?.headers.authorization).toBe('biteship_test.k')
  expect(body()).toEqual({
    origin_postal_code: 12440,
    destination_postal_code: 40115,
    couriers: 'jne',
    items: [{ name: 'Kaos', value: 75000, quantity: 2, weight: 300 }],
  })
})

describe('booking', () => {
  test('in Biteship’s words', async () => {
    wire.answer = replying(200, booked)
    expect(await courier().createOrder({ ...order, note: 'Titip satpam' })).toEqual({ ...read, history: [] })
    expect(body()).toMatchObject({
      reference_id: 'SHP-1',
      origin_contact_phone: '02112345678',
      destination_contact_name: 'Budi',
      destination_contact_phone: '08123456789',
      destination_postal_code: 40115,
      courier_company: 'jne',
      courier_type: 'reg',
      delivery_type: 'now',
      order_note: 'Titip satpam',
    })
    expect(body()).not.toHaveProperty('destination_area_id')
    const known = { ...order.destination, areaId: 'IDNP9IDZ40115' }
    await courier().createOrder({ ...order, destination: known })
    expect(wire.requests.at(-1)?.body).toContain('"destination_area_id":"IDNP9IDZ40115"')
  })

  test('again with the same reference answers the order that exists', async () => {
    const duplicate = { success: false, error: 'e', code: 40002060, details: { order_id: 'o1' } }
    wire.answer = (request, response) =>
      replying(request.method === 'POST' ? 400 : 200, request.method === 'POST' ? duplicate : booked)(
        request,
        response,
      )
    expect((await courier().createOrder(order)).id).toBe('o1')
    expect(wire.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/orders',
      'GET /v1/orders/o1',
    ])
  })

  test.each([
    ['a no', 400, { success: false, error: 'Budi', code: 40002020 }, 'refused', '40002020'],
    ['a no in a 200', 200, { success: false, error: 'e', code: 40002020 }, 'refused', '40002020'],
    ['a duplicate without a name', 400, { success: false, code: 40002060 }, 'refused', '40002060'],
    ['an error', 500, { success: false, error: 'e', code: 50000000 }, 'unknown', '50000000'],
    ['garbage', 200, '<html>', 'unknown', 'not_json'],
    ['half an order', 200, { success: true, id: 'o1' }, 'unknown', 'unreadable_answer'],
  ])('%s', async (_what, status, answer, outcome, code) => {
    wire.answer = replying(status, answer)
    const failure = await failureOf(courier().createOrder(order))
    expect(failure).toMatchObject({ provider: 'biteship', operation: 'create_order', outcome, code })
    expect(failure.message).not.toContain('Budi')
    expect(wire.requests).toHaveLength(1)
  })
})

test('an order with its history', async () => {
  const history = [
    {
      service_type: '-',
      status: 'confirmed',
      note: 'Order confirmed',
      updated_at: '2026-11-24T10:00:00+07:00',
    },
    { service_type: '-', status: 'pickingUp', note: null, updated_at: '2026-11-24T11:00:00+07:00' },
  ]
  const tracked = {
    ...booked,
    status: 'pickingUp',
    courier: { ...booked.courier, waybill_id: 'W1', history },
  }
  wire.answer = replying(200, tracked)
  expect(await courier().getOrder('o1')).toEqual({
    ...read,
    status: 'pickingUp',
    waybillId: 'W1',
    history: [
      { status: 'confirmed', note: 'Order confirmed', updatedAt: new Date('2026-11-24T03:00:00Z') },
      { status: 'pickingUp', note: '', updatedAt: new Date('2026-11-24T04:00:00Z') },
    ],
  })
})

test('cancelling', async () => {
  wire.answer = replying(200, { success: true, id: 'o1', status: 'cancelled' })
  await courier().cancelOrder('o1', 'change_courier')
  expect(wire.requests[0]).toMatchObject({ method: 'POST', url: '/v1/orders/o1/cancel' })
  expect(body()).toEqual({ cancellation_reason_code: 'change_courier' })
  wire.answer = replying(400, { success: false, error: 'e', code: 40002053 })
  expect(await failureOf(courier().cancelOrder('o1', 'x'))).toMatchObject({
    outcome: 'refused',
    code: '40002053',
  })
})
