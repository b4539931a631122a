import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { enrol } from '../../../test/staff.ts'
import { newId, type StaffRole } from '../../domain/kernel/index.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
let app: FastifyInstance
let market: Market
let staff: string
let warehouse: string
let ana: string
let anaAddress: string
let other: string

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true })
  app = await buildServer(laku)
  market = await Market.open(laku)
  staff = await staffToken('admin')
  warehouse = await staffToken('warehouse')
  const [first, second] = await market.buyers(2)
  ana = app.signAccessToken({ userId: first!.id, authSessionId: newId() })
  anaAddress = first!.addressId
  other = app.signAccessToken({ userId: second!.id, authSessionId: newId() })
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

async function staffToken(role: StaffRole): Promise<string> {
  return await enrol(laku, role, `budi-${role}`).then(({ token }) => token)
}

type Method = 'GET' | 'POST' | 'PATCH'

async function call(method: Method, url: string, token?: string, payload?: object, key?: string) {
  const headers = {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(key ? { 'idempotency-key': key } : {}),
  }
  const reply = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) })
  return { status: reply.statusCode, body: reply.json() }
}

describe('a catalogue over HTTP', () => {
  const factory = {
    name: 'Pabrik Kaos',
    phone: '021 555 1234',
    city: 'Bandung',
    province: 'Jawa Barat',
    postal_code: '40111',
  }
  const variants = [{ sku: 'kaos-m', name: 'M', weight_g: 200, price_idr: 75_000 }]

  it('begins with a factory that is verified, then active, and only then its product', async () => {
    const made = await call('POST', '/api/factories', staff, factory)
    expect(made).toMatchObject({
      status: 201,
      body: { phone: '+62215551234', verification: 'unverified', status: 'inactive', commission_bps: 500 },
    })
    const factoryId = made.body.id
    const url = `/api/factories/${factoryId}`
    expect((await call('GET', url)).status).toBe(404)
    const early = await call('PATCH', url, staff, { status: 'active' })
    expect(early).toMatchObject({ status: 409, body: { code: 'factory.not_verified' } })
    const skipped = await call('PATCH', url, staff, { verification: 'verified' })
    expect(skipped).toMatchObject({ status: 409, body: { code: 'kernel.illegal_transition' } })
    const product = { factory_id: factoryId, name: 'Kaos polos', variants, status: 'active' }
    const refused = await call('POST', '/api/products', staff, product)
    expect(refused).toMatchObject({ status: 409, body: { code: 'product.factory_not_active' } })
    await call('PATCH', url, staff, { verification: 'pending' })
    const active = await call('PATCH', url, staff, {
      verification: 'verified',
      status: 'active',
      commission_bps: 300,
    })
    expect(active).toMatchObject({ status: 200, body: { status: 'active', commission_bps: 300 } })
    expect(await call('GET', url)).toEqual({
      status: 200,
      body: {
        id: factoryId,
        name: 'Pabrik Kaos',
        city: 'Bandung',
        province: 'Jawa Barat',
        rating: { average: null, count: 0 },
      },
    })
    const sold = await call('POST', '/api/products', staff, product)
    expect(sold).toMatchObject({ status: 201, body: { status: 'active', variants: [{ sku: 'KAOS-M' }] } })
    const again = await call('POST', '/api/products', staff, product)
    expect(again).toMatchObject({ status: 409, body: { code: 'product.sku_taken' } })
  })

  it('shows what is on sale to everybody, drafts to nobody, and keeps every price', async () => {
    const { body: draft } = await call('POST', '/api/products', staff, {
      factory_id: market.factoryId,
      name: 'Topi',
      variants: [{ sku: 'TOPI', name: 'satu ukuran', weight_g: 90, price_idr: 30_000 }],
    })
    const url = `/api/products/${draft.id}`
    expect((await call('GET', url)).status).toBe(404)
    expect((await call('PATCH', url, warehouse, { name: 'x' })).status).toBe(403)
    const [variant] = draft.variants
    const changed = await call('PATCH', url, staff, {
      status: 'active',
      variants: [{ id: variant.id, price_idr: 32_000 }],
    })
    expect(changed).toMatchObject({ status: 200, body: { variants: [{ price_idr: 32_000, weight_g: 90 }] } })
    const prices = await laku.db
      .selectFrom('priceHistory')
      .select('priceIdr')
      .where('variantId', '=', variant.id)
      .orderBy('id')
      .execute()
    expect(prices.map((price) => price.priceIdr)).toEqual([30_000, 32_000])
    const list = await call('GET', '/api/products?limit=1')
    expect(list.body).toMatchObject({ data: [{ id: draft.id }], next_cursor: draft.id })
    const odd = await call('POST', '/api/products', staff, { name: 'x', color: 'red' })
    expect(odd).toMatchObject({ status: 400, body: { code: 'http.invalid' } })
  })
})

describe('a regular order over HTTP', () => {
  const items = (quantity: number) => [{ variant_id: market.variantId, quantity }]

  it('is priced, placed once a key, paid, booked, and seen by its buyer alone', async () => {
    await market.addStock(10)
    const asked = { destination: { postal_code: '40132' }, items: items(2) }
    const rates = await call('POST', '/api/rates', ana, asked)
    expect(rates.status).toBe(200)
    const [cheapest] = rates.body.data
    const body = { items: items(2), address_id: anaAddress }
    const placed = await call('POST', '/api/orders', ana, body, 'one')
    expect(placed).toMatchObject({
      status: 201,
      body: {
        order: { status: 'pending_payment', goods_idr: 120_000, shipping_idr: cheapest.price_idr },
        payment: { status: 'pending', amount_idr: 120_000 + cheapest.price_idr },
      },
    })
    expect(await call('POST', '/api/orders', ana, body, 'one')).toEqual(placed)
    expect((await call('POST', '/api/orders', ana, { ...body, items: items(1) }, 'one')).status).toBe(422)
    const { order, payment } = placed.body
    const url = `/api/orders/${order.id}`
    expect((await call('GET', url, other)).status).toBe(404)
    expect((await call('GET', url)).status).toBe(401)
    expect(order.address).toMatchObject({ recipient_name: 'Budi', postal_code: '40132' })

    await market.pay(payment.id)
    await laku.drain()
    const seen = await call('GET', url, ana)
    expect(seen.body).toMatchObject({ status: 'ready_for_pickup', shipment: { status: 'booked' } })
    const shipmentUrl = `/api/shipments/${seen.body.shipment.id}`
    const shipment = await call('GET', shipmentUrl, ana)
    expect(shipment.body).toMatchObject({ waybill: seen.body.waybill, events: [{ status: 'booked' }] })
    expect((await call('GET', shipmentUrl, other)).status).toBe(404)
    const again = await call('POST', '/api/shipments', warehouse, { order_id: order.id }, 'two')
    expect(again).toMatchObject({ status: 201, body: { id: seen.body.shipment.id } })
    // Another request under the same key is refused before anything is booked. A claim that a crash left open
    // is continued.
    const reused = await call('POST', '/api/shipments', warehouse, { order_id: newId() }, 'two')
    expect(reused).toMatchObject({ status: 422, body: { code: 'kernel.idempotency_key_reused' } })
    await sql`update idempotency_keys set status = null, response = null where key = 'two'`.execute(laku.db)
    expect(await call('POST', '/api/shipments', warehouse, { order_id: order.id }, 'two')).toEqual(again)
    expect(await call('POST', '/api/shipments', warehouse, { order_id: order.id }, 'two')).toEqual(again)
    const unknown = await call('POST', '/api/shipments', warehouse, { order_id: newId() }, 'three')
    expect(unknown.status).toBe(404)
    const freed = await call('POST', '/api/shipments', warehouse, { order_id: order.id }, 'three')
    expect(freed).toEqual(again)
    expect((await call('POST', '/api/shipments', ana, { order_id: order.id })).status).toBe(401)
    const late = await call('POST', `${url}/cancel`, ana)
    expect(late).toMatchObject({ status: 409, body: { code: 'order.not_cancellable' } })
    const moved = await call('PATCH', `${url}/status`, warehouse, { status: 'picked_up' })
    expect(moved).toMatchObject({ status: 200, body: { status: 'picked_up' } })
    const mine = await call('GET', '/api/orders', ana)
    expect(mine.body.data).toHaveLength(1)
    expect((await call('GET', '/api/orders', other)).body.data).toEqual([])
    expect((await call('GET', `/api/orders?status=picked_up`, staff)).body.data).toHaveLength(1)
  })

  it('is sent back by its buyer within the window, and decided by support', async () => {
    const body = { items: items(1), address_id: anaAddress }
    const { order, payment } = (await call('POST', '/api/orders', ana, body)).body
    const url = `/api/orders/${order.id}`
    await market.pay(payment.id)
    const early = await call('POST', `${url}/return`, ana, { reason: 'other' })
    expect(early).toMatchObject({ status: 409, body: { code: 'kernel.illegal_transition' } })
    for (const status of ['processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered']) {
      expect((await call('PATCH', `${url}/status`, warehouse, { status })).status).toBe(200)
    }
    const asked = { reason: 'defective', note: 'torn', photos: ['https://example.com/1.jpg'] }
    expect((await call('POST', `${url}/return`, other, asked)).status).toBe(404)
    expect((await call('POST', `${url}/return`, staff, asked)).status).toBe(401)
    const wrong = await call('POST', `${url}/return`, ana, { ...asked, photos: ['javascript:alert(1)'] })
    expect(wrong.status).toBe(400)
    const made = await call('POST', `${url}/return`, ana, asked, 'back')
    expect(made).toMatchObject({ status: 201, body: { status: 'requested', items: [{ quantity: 1 }] } })
    expect(await call('POST', `${url}/return`, ana, asked, 'back')).toEqual(made)
    expect((await call('PATCH', `${url}/status`, warehouse, { status: 'returned' })).status).toBe(403)
    const accepted = await call('PATCH', `${url}/status`, staff, { status: 'returned' })
    expect(accepted).toMatchObject({ status: 200, body: { returns: [{ refund_idr: order.total_idr }] } })
    expect((await call('GET', url, ana)).body).toMatchObject({ status: 'refunded' })
  })

  it('costs shipping to an address that is named by its owner or by staff alone', async () => {
    const asked = { destination: { address_id: anaAddress }, items: items(1) }
    const own = await call('POST', '/api/rates', ana, asked)
    expect(own.status).toBe(200)
    expect(await call('POST', '/api/rates', warehouse, asked)).toEqual(own)
    const others = await call('POST', '/api/rates', other, asked)
    expect(others).toMatchObject({ status: 404, body: { code: 'order.address_not_found' } })
    const nobodys = await call('POST', '/api/rates', undefined, asked)
    expect(nobodys).toMatchObject({ status: 403, body: { code: 'kernel.forbidden' } })
    expect((await call('POST', '/api/rates', 'wrong', asked)).status).toBe(401)
  })

  it('says what is free where there is not enough, and is cancelled by its buyer', async () => {
    const tooMany = { items: items(500), address_id: anaAddress }
    const refused = await call('POST', '/api/orders', ana, tooMany)
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'order.out_of_stock', details: { items: [{ quantity: 500, free: 8 }] } },
    })
    const { body } = await call('POST', '/api/orders', ana, { items: items(1), address_id: anaAddress })
    const cancelled = await call('POST', `/api/orders/${body.order.id}/cancel`, ana, { reason: 'too slow' })
    expect(cancelled).toMatchObject({
      status: 200,
      body: { status: 'cancelled', status_reason: 'by_customer: too slow' },
    })
    const stock = await call('GET', `/api/warehouse/inventory?product_id=${market.productId}`, warehouse)
    const row = stock.body.data.find((item: { variant_id: string }) => item.variant_id === market.variantId)
    expect(row).toMatchObject({ on_hand: 8, reserved: 0, free: 8 })
    expect((await call('GET', '/api/warehouse/inventory', ana)).status).toBe(401)
  })

  it('gets a fresh invoice when the last one expired', async () => {
    const body = { items: items(1), address_id: anaAddress }
    const { order, payment } = (await call('POST', '/api/orders', ana, body)).body
    const open = await call('POST', '/api/payments', ana, { order_id: order.id })
    expect(open).toMatchObject({ status: 409, body: { code: 'order.payment_open' } })
    laku.clock.shift(24 * 3600 + 60)
    await laku.drain()
    laku.clock.shift(-24 * 3600 - 60)
    expect((await call('GET', `/api/orders/${order.id}`, ana)).body).toMatchObject({
      status: 'cancelled',
      status_reason: 'payment_expired',
    })
    const fresh = await call('POST', '/api/payments', ana, { order_id: order.id })
    expect(fresh).toMatchObject({ status: 201, body: { status: 'pending', amount_idr: payment.amount_idr } })
    expect(fresh.body.id).not.toBe(payment.id)
  })
})
