import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { groupChoreography, Market } from '../../../test/market.ts'
import { enrol } from '../../../test/staff.ts'
import type { StaffRole } from '../../domain/kernel/index.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
let market: Market
let app: FastifyInstance

beforeAll(async () => {
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
  await market.bundles({ wholesaleUnit: 6, maxExcessUnits: 6 })
  app = await buildServer(laku)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

async function ask(role: StaffRole, method: 'GET' | 'POST', url: string, payload?: object) {
  const token = await enrol(laku, role, `${role}-${Math.random()}`).then(({ token }) => token)
  const headers = { authorization: `Bearer ${token}` }
  const answer = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) })
  return { status: answer.statusCode, body: answer.json() }
}

async function sold(units: number): Promise<string> {
  const [buyer] = await market.buyers(1)
  const session = await market.session({ moq: units })
  await market.joinAndPay([buyer!], session.id, units)
  return session.id
}

it('fulfill-demand reserves what is there, else answers with the purchase order; asked again it changes nothing', async () => {
  await market.addStock(2)
  const fulfil = (sessionId: string) =>
    ask('service', 'POST', '/api/warehouse/fulfill-demand', { session_id: sessionId })
  const covered = await sold(2)
  expect(await fulfil(covered)).toMatchObject({
    status: 200,
    body: { outcome: 'reserved', reservations: [{ variant_id: market.variantId, quantity: 2 }], missing: [] },
  })
  const short = await sold(5)
  const first = await fulfil(short)
  expect(first).toMatchObject({
    status: 200,
    body: {
      outcome: 'purchase_order',
      reservations: [],
      missing: [{ sku: market.sku, missing: 5 }],
      purchase_order: { status: 'sent', session_id: short, items: [{ sku: market.sku, quantity: 6 }] },
    },
  })
  expect(first.body.purchase_order.code).toMatch(/^PO-\d{6}-[0-9A-Z]{6}$/)
  expect(await fulfil(short)).toEqual(first)
  const refused = await ask('support', 'POST', '/api/warehouse/fulfill-demand', { session_id: short })
  expect(refused).toMatchObject({ status: 403, body: { code: 'kernel.forbidden' } })
})

it('inventory says what is on hand, reserved, free and on the way', async () => {
  const { status, body } = await ask(
    'warehouse',
    'GET',
    `/api/warehouse/inventory?product_id=${market.productId}`,
  )
  expect(status).toBe(200)
  const row = body.data.find((item: { variant_id: string }) => item.variant_id === market.variantId)
  expect(row).toMatchObject({ sku: market.sku, on_hand: 2, reserved: 2, free: 0, on_the_way: 6 })
})
