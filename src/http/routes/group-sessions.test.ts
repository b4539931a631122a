import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { type Buyer, groupChoreography, Market } from '../../../test/market.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
let market: Market
let app: FastifyInstance

beforeAll(async () => {
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
  app = await buildServer(laku)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

async function post(buyer: Buyer, path: string, body: object = {}, headers: Record<string, string> = {}) {
  const token = app.signAccessToken({ userId: buyer.id, authSessionId: buyer.id })
  const answer = await app.inject({
    method: 'POST',
    url: path,
    headers: { authorization: `Bearer ${token}`, ...headers },
    payload: body,
  })
  return { status: answer.statusCode, body: answer.json() }
}

const bodyOf = (buyer: Buyer, quantity = 1) => ({
  items: [{ variant_id: market.variantId, quantity }],
  address_id: buyer.addressId,
})

it('joins, answers a repeated key alike, and is left again; the fee comes by zone where no courier answers', async () => {
  const [buyer] = (await market.buyers(1)) as [Buyer]
  const session = await market.session()
  const path = `/api/group-sessions/${session.id}`
  const key = { 'idempotency-key': 'k-1' }
  const first = await post(buyer, `${path}/join`, bodyOf(buyer, 2), key)
  expect(first).toMatchObject({
    status: 201,
    body: { participation: { status: 'held', units: 2, goods_idr: 100_000 } },
  })
  expect(first.body.payment.invoice_url).toBe(`http://laku.test/pay/${first.body.payment.code}`)
  expect(await post(buyer, `${path}/join`, bodyOf(buyer, 2), key)).toEqual(first)
  expect((await post(buyer, `${path}/join`, bodyOf(buyer, 1), key)).status).toBe(422)
  expect((await post(buyer, `${path}/join`, bodyOf(buyer))).body.code).toBe('group_buying.already_joined')
  expect((await post(buyer, `${path}/join`, { ...bodyOf(buyer), surprise: 1 })).status).toBe(400)
  const joined = await laku.db
    .selectFrom('events')
    .select('actor')
    .where('aggregateId', '=', first.body.participation.id)
    .execute()
  expect(joined, 'gathered with others, it is still the act of the buyer').toEqual([
    { actor: `customer:${buyer.id}` },
  ])
  const seen = await app.inject({ url: path })
  expect(seen.json()).toMatchObject({ held_units: 2, status: 'forming', product: { id: market.productId } })
  expect(await post(buyer, `${path}/leave`)).toMatchObject({ status: 200, body: { refund_idr: 0 } })
})

it('200 buyers at once for the last 3 units: 3 winners, nothing but 409 for the others', async () => {
  const buyers = await market.buyers(200)
  const session = await market.session({ capacity: 3 })
  const path = `/api/group-sessions/${session.id}/join`
  const answers = await Promise.all(buyers.map((buyer) => post(buyer, path, bodyOf(buyer))))
  const statuses = Map.groupBy(answers, (answer) => answer.status)
  expect([statuses.get(201)?.length, statuses.get(409)?.length]).toEqual([3, 197])
  await market.expectAllTrue()
})
