import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { newId, secondsAfter } from '../../domain/kernel/index.ts'
import { pruneRates } from '../../domain/logistics/index.ts'
import { weightClassKg } from '../../domain/logistics/rates/rate.ts'
import { buildServer } from '../server.ts'
import { SESSION_TOKEN } from '../session-token.ts'

// All page visits together may ask 5 times. The number is so large that one network reaches its own limit
// first.
const policy = {
  ratesPerPersonPerMinute: 2,
  ratesPerPagePerMinute: 2,
  ratesPerNetworkPerMinute: 3,
  ratesOfPagesPerMinute: 5,
}
let laku: TestLaku
let app: FastifyInstance
let market: Market
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, policy })
  app = await buildServer(laku)
  market = await Market.open(laku)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

let places = 0
/** Returns a place about which nobody has asked before. */
const somewhere = () => `401${(10 + places++).toString()}`
interface Asker {
  token?: string | undefined
  ip?: string
  quantity?: number
}
const ask = async (postal_code: string, authorization?: string, asker: Asker = {}) => {
  const { token: session_token, ip: remoteAddress = '203.0.113.1', quantity = 1 } = asker
  const items = [{ variant_id: market.variantId, quantity }]
  const payload = { destination: { postal_code }, items, ...(session_token && { session_token }) }
  const reply = await app.inject({
    method: 'POST',
    url: '/api/rates',
    payload,
    remoteAddress,
    headers: authorization ? { authorization } : {},
  })
  return {
    status: reply.statusCode,
    code: reply.json().code as string | undefined,
    data: reply.json().data as { estimate?: true; company: string }[],
  }
}
const kept = async () => (await laku.db.selectFrom('shippingRates').select('company').execute()).length
const token = () => `Bearer ${app.signAccessToken({ userId: newId(), authSessionId: newId() })}`

it('asks no courier for a stranger, who gets an estimate, and never a 401 (case 6)', async () => {
  for (const authorization of [undefined, 'Bearer x.y.z', 'Bearer lkst_none'])
    expect(await ask(somewhere(), authorization)).toMatchObject({ status: 200, data: [{ estimate: true }] })
  expect(await kept()).toBe(0)
})

it('asks couriers for who is logged in, so often a person, and strangers see what is kept', async () => {
  const place = somewhere()
  const ana = token()
  const asked = await ask(place, ana)
  expect(asked.data.every(({ estimate }) => estimate === undefined)).toBe(true)
  expect(await ask(place)).toEqual(asked)
  await ask(somewhere(), ana)
  expect((await ask(somewhere(), ana)).data).toMatchObject([{ estimate: true }])
  expect((await ask(somewhere(), token())).data[0]?.estimate).toBeUndefined()
})

it('asks couriers for who has a session’s page, for its goods and in its network, a while long (case 6)', async () => {
  const session = await market.session({ moq: 5 })
  const pageToken = async (ip: string, url = `/s/${session.code}`) => {
    const { headers } = await app.inject({ url, remoteAddress: ip })
    return headers[SESSION_TOKEN] as string
  }
  const isAsked = async (asker: Asker) => {
    const { status, data } = await ask(somewhere(), undefined, asker)
    expect(status).toBe(200)
    return data[0]?.estimate === undefined
  }
  const [ip, home] = ['198.51.100.1', '2001:db8:1:1::1']
  const token = await pageToken(ip)
  expect(await isAsked({ token: `${token.slice(0, -1)}x`, ip })).toBe(false)
  expect(await isAsked({ token, ip: '198.51.100.2' })).toBe(false)
  expect([await isAsked({ token, ip }), await isAsked({ token, ip }), await isAsked({ token, ip })]).toEqual([
    true,
    true,
    false,
  ])
  // A new page visit gets a new token, and its network may ask once more. Another /64 of the same /48 has its
  // own limit.
  const json = await pageToken(ip, `/api/group-sessions/${session.id}`)
  expect([await isAsked({ token: json, ip }), await isAsked({ token: json, ip })]).toEqual([true, false])
  const other = await pageToken(home)
  expect(await isAsked({ token: other, ip: '2001:db8:1:1::2' })).toBe(true)
  // All page visits together have asked five times, which is the limit.
  const late = await pageToken('2001:db8:1:2::1')
  expect([await isAsked({ token: late, ip: '2001:db8:1:2::1' })]).toEqual([true])
  expect([await isAsked({ token: late, ip: '2001:db8:1:2::1' })]).toEqual([false])
  laku.clock.shift(60)
  // The token is for another product, so couriers are not asked.
  const foreign = await (await Market.open(laku)).session({ moq: 5 })
  const wrong = await pageToken(ip, `/s/${foreign.code}`)
  expect(await isAsked({ token: wrong, ip })).toBe(false)
  const old = await pageToken(ip)
  laku.clock.shift(15 * 60)
  expect(await isAsked({ token: old, ip })).toBe(false)
  expect(await isAsked({ token: await pageToken(ip), ip })).toBe(true)
})

it('keeps quotes by weight class: a heavier parcel of the same class asks nobody, and is an estimate', async () => {
  const place = somewhere()
  const ana = token()
  await laku.db
    .updateTable('productVariants')
    .set({ weightG: 1_000 })
    .where('id', '=', market.variantId)
    .execute()
  const asked = await ask(place, ana, { quantity: 41 })
  const rows = await kept()
  for (const quantity of [41, 42])
    expect((await ask(place, undefined, { quantity })).data).toEqual(
      quantity === 42 ? asked.data.map(({ estimate: _, ...rate }) => rate) : asked.data,
    )
  expect(await kept()).toBe(rows)
  expect(asked.data.every(({ estimate }) => estimate)).toBe(true)
  expect(new Set(Array.from({ length: 429 }, (_, kg) => weightClassKg((kg + 1) * 1_000))).size).toBeLessThan(
    80,
  )
  for (let kg = 1; kg <= 429; kg++) {
    const over = weightClassKg(kg * 1_000) - kg
    expect(over).toBeGreaterThanOrEqual(0)
    expect(over).toBeLessThanOrEqual(kg / 10)
  }
})

it('is a 422 for a parcel that no courier takes, whoever asks (case 6)', async () => {
  await laku.db
    .updateTable('productVariants')
    .set({ weightG: 10_000 })
    .where('id', '=', market.variantId)
    .execute()
  const heavy = { quantity: 43 }
  for (const authorization of [undefined, token()])
    expect(await ask(somewhere(), authorization, heavy)).toMatchObject({
      status: 422,
      code: 'logistics.parcel_impossible',
    })
  expect((await ask(somewhere(), undefined, { quantity: 42 })).status).toBe(200)
  const [buyer] = await market.buyers(1)
  const session = await market.session({ moq: 5 })
  const authorization = `Bearer ${app.signAccessToken({ userId: buyer!.id, authSessionId: newId() })}`
  const items = [{ variant_id: market.variantId, quantity: 43 }]
  for (const url of ['/api/orders', `/api/group-sessions/${session.id}/join`]) {
    const payload = { items, address_id: buyer!.addressId }
    const reply = await app.inject({ method: 'POST', url, payload, headers: { authorization } })
    expect([url, reply.statusCode, reply.json().code]).toEqual([url, 422, 'logistics.parcel_impossible'])
  }
})

it('takes no courier on the zone table that never quoted anything (case 6)', async () => {
  const { quoteRate } = await import('../../domain/logistics/index.ts')
  const fault = { provider: 'biteship', operation: 'rates', kind: 'error' }
  await fetch(`${laku.sandbox.url}/control/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([fault]),
  })
  const [buyer] = await market.buyers(1)
  await laku.db
    .updateTable('productVariants')
    .set({ weightG: 250 })
    .where('id', '=', market.variantId)
    .execute()
  await laku.db.deleteFrom('shippingRates').where('weightKg', '=', 1).execute()
  const order = async (courier?: object) => {
    const items = [{ variant_id: market.variantId, quantity: 1 }]
    const reply = await app.inject({
      method: 'POST',
      url: '/api/orders',
      payload: { items, address_id: buyer!.addressId, courier },
      headers: {
        authorization: `Bearer ${app.signAccessToken({ userId: buyer!.id, authSessionId: newId() })}`,
      },
    })
    return reply.json()
  }
  expect(await order({ company: 'tidak-ada', type: 'gratis' })).toMatchObject({
    status: 400,
    code: 'logistics.courier_not_offered',
  })
  await market.addStock(10)
  expect(await order()).toMatchObject({ order: { shipping_is_estimate: true } })
  const context = {
    unitOfWork: laku.unitOfWork,
    actor: { kind: 'system', name: 'test' } as const,
    courier: laku.providers.courier,
  }
  const parcel = { originPostalCode: '13960', destinationPostalCode: somewhere(), weightG: 1_000 }
  const free = quoteRate(context, { ...parcel, courier: { company: 'tidak-ada', type: 'gratis' } })
  await expect(free).rejects.toMatchObject({ code: 'logistics.courier_not_offered' })
  expect(await quoteRate(context, { ...parcel, courier: { company: 'jne', type: 'reg' } })).toMatchObject({
    source: 'zone',
  })
})

it('forgets quotes that were over a week ago', async () => {
  expect(await kept()).toBeGreaterThan(0)
  const old = secondsAfter(laku.clock.now(), -8 * 86_400)
  await laku.db.updateTable('shippingRates').set({ expiresAt: old }).execute()
  await laku.system((work) => pruneRates(work, 5_000))
  expect(await kept()).toBe(0)
})
