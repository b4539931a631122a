import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startFixture } from '../../test/sandbox-fixture.ts'

let f: Awaited<ReturnType<typeof startFixture>>
beforeAll(async () => {
  f = await startFixture()
})
afterAll(() => f.close())
beforeEach(async () => {
  await f.control('POST', '/reset')
  f.receiver.received.length = 0
})

const payoutOf = (account: string, reference: string) => ({
  reference_id: reference,
  channel_code: 'ID_BCA',
  channel_properties: { account_number: account, account_holder_name: 'Siti' },
  amount: 50_000,
  currency: 'IDR',
})
const pay = (key: string, account = '131313') =>
  f.xendit('POST', '/v2/payouts', payoutOf(account, key), { 'idempotency-key': key })
const listed = async (key: string) =>
  ((await f.xendit('GET', `/v2/payouts?reference_id=${key}`)).body.data as unknown[]).length

it('says of a payout by force what its own rules forbid, another amount too, and its book follows', async () => {
  const { body } = await pay('a')
  const at = `/payouts/${body.id}`
  await f.control('POST', at, { status: 'FAILED' })
  expect((await f.control('POST', at, { status: 'SUCCEEDED' })).status).toBe(400)
  expect((await f.control('POST', at, { status: 'FAILED', amount: 1 })).status).toBe(400)
  const forced = await f.control('POST', at, { status: 'SUCCEEDED', amount: 60_000, force: true })
  expect(forced.body).toMatchObject({ status: 'SUCCEEDED', amount: 60_000 })
  expect((await f.xendit('GET', `/v2/payouts/${body.id}`)).body).toEqual(forced.body)
  expect((await f.control('GET', '/book')).body.balance_idr).toBe(-60_000)
  await f.control('POST', at, { status: 'ROUTING', force: true })
  expect((await f.control('GET', '/book')).body.balance_idr).toBe(0)
  await f.sandbox.settleWebhooks()
  expect(f.receiver.received.map(({ body: { event } }) => event)).toEqual([
    'payout.failed',
    'payout.succeeded',
  ])
})

it('shows in its lists only after their lag what was made, and by its id at once', async () => {
  await f.control('PUT', '/lists', { lag_s: 600 })
  const { body } = await pay('a')
  const invoice = await f.xendit('POST', '/v2/invoices', { external_id: 'i', amount: 20_000 })
  expect((await f.xendit('GET', `/v2/payouts/${body.id}`)).status).toBe(200)
  const invoices = async () => (await f.xendit('GET', '/v2/invoices?external_id=i')).list.length
  const lines = async () => ((await f.xendit('GET', '/transactions')).body.data as unknown[]).length
  expect([invoice.status, await listed('a'), await invoices(), await lines()]).toEqual([200, 0, 0, 0])
  await f.control('POST', '/age', { seconds: 601 })
  expect([await listed('a'), await invoices(), await lines()]).toEqual([1, 1, 1])
})

it('forgets an idempotency key after its time, and makes a second one', async () => {
  await f.control('PUT', '/keys', { ttl_s: 3600 })
  await pay('a')
  await f.control('POST', '/age', { seconds: 3599 })
  await pay('a')
  expect(await listed('a')).toBe(1)
  await f.control('POST', '/age', { seconds: 1 })
  await pay('a')
  expect(await listed('a')).toBe(2)
})

it.each([
  { host: 'shop.example' },
  { origin: 'https://shop.example' },
  { origin: 'http://127.0.0.1:1' },
  { origin: 'null' },
])('refuses a request with %j', async (headers) => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${f.sandbox.url}/control/reset`, { method: 'POST', headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    sent.on('error', reject).end()
  })
  expect(status).toBe(403)
})

it('answers a page of its own', async () => {
  const own = await f.control('GET', '/book', undefined, { origin: f.sandbox.url })
  expect(own.status).toBe(200)
})
