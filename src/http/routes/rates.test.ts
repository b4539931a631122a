import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { newId, secondsAfter } from '../../domain/kernel/index.ts'
import { pruneRates } from '../../domain/logistics/index.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
let app: FastifyInstance
let market: Market
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, policy: { ratesPerPersonPerMinute: 2 } })
  app = await buildServer(laku)
  market = await Market.open(laku)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

let places = 0
/** A place that nobody asked about before. */
const somewhere = () => `401${(10 + places++).toString()}`
const ask = async (postal_code: string, authorization?: string) => {
  const payload = { destination: { postal_code }, items: [{ variant_id: market.variantId, quantity: 1 }] }
  const reply = await app.inject({
    method: 'POST',
    url: '/api/rates',
    payload,
    headers: authorization ? { authorization } : {},
  })
  return { status: reply.statusCode, data: reply.json().data as { estimate?: true; company: string }[] }
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

it('takes no courier on the zone table that never quoted anything (case 6)', async () => {
  const { quoteRate } = await import('../../domain/logistics/index.ts')
  const fault = { provider: 'biteship', operation: 'rates', kind: 'error' }
  await fetch(`${laku.sandbox.url}/control/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([fault]),
  })
  const context = {
    units: laku.units,
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
