import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { enrol } from '../../test/staff.ts'
import { newId } from '../domain/kernel/index.ts'
import { buildServer } from './server.ts'

const limits = {
  customerRequestsPerMinute: 5,
  staffRequestsPerMinute: 7,
  addressRequestsPerMinute: 4,
  refusedTokensPerMinute: 3,
}

describe('limits of requests', () => {
  let laku: TestLaku
  let app: FastifyInstance
  beforeAll(async () => {
    laku = await openTestLaku({ policy: limits })
    app = await buildServer(laku)
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const from = (remoteAddress: string, url: string, headers: Record<string, string> = {}) =>
    app.inject({ url, headers, remoteAddress })
  const statuses = async (count: number, ask: () => ReturnType<typeof from>) => {
    const seen: number[] = []
    for (let i = 0; i < count; i++) seen.push((await ask()).statusCode)
    return seen
  }
  const times = (count: number, status: number) => Array.from({ length: count }, () => status)
  const asCustomer = (address: string) => {
    const token = app.signAccessToken({ userId: newId(), authSessionId: newId() })
    return () => from(address, '/api/wallet', { authorization: `Bearer ${token}` })
  }

  it('count a customer by who they are, not by where they call from', async () => {
    const [ana, budi] = [asCustomer('203.0.113.1'), asCustomer('203.0.113.1')]
    expect(await statuses(8, ana)).toEqual([...times(5, 200), ...times(3, 429)])
    expect(await statuses(5, budi)).toEqual(times(5, 200))
  })

  it('say when to try again, with a code', async () => {
    const ask = asCustomer('203.0.113.2')
    await statuses(5, ask)
    const refused = await ask()
    const waitS = Number(refused.headers['retry-after'])
    expect([waitS > 0, waitS <= 60]).toEqual([true, true])
    expect(refused.headers['content-type']).toContain('application/problem+json')
    expect(refused.json()).toMatchObject({ status: 429, code: 'http.too_many_requests' })
  })

  it('count who has no login by address, an IPv6 one by its network, behind a proxy by who stands before it', async () => {
    const open =
      (address: string, headers = {}) =>
      () =>
        from(address, '/api/products', headers)
    expect(await statuses(6, open('203.0.113.3'))).toEqual([...times(4, 200), ...times(2, 429)])
    expect(await statuses(1, open('203.0.113.4'))).toEqual([200])
    expect(await statuses(4, open('2001:db8:1:2::1'))).toEqual(times(4, 200))
    expect(await statuses(1, open('2001:db8:1:2:ffff::9'))).toEqual([429])
    expect(await statuses(1, open('2001:db8:1:3::1'))).toEqual([200])
    const behind = (address: string) => open('127.0.0.1', { 'x-forwarded-for': address })
    expect(await statuses(5, behind('203.0.113.5'))).toEqual([...times(4, 200), 429])
    expect(await statuses(1, behind('203.0.113.6'))).toEqual([200])
    // A stranger who claims to be a proxy is not trusted, and neither is a machine of this network that the
    // settings do not name.
    const near = (claimed: string) => open('10.0.0.1', { 'x-forwarded-for': claimed })
    for (const claimed of ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'])
      expect(await statuses(1, near(claimed))).toEqual([200])
    expect(await statuses(1, near('198.51.100.5'))).toEqual([429])
    const lying = (claimed: string) => open('203.0.113.7', { 'x-forwarded-for': claimed })
    for (const claimed of ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'])
      expect(await statuses(1, lying(claimed))).toEqual([200])
    expect(await statuses(1, lying('198.51.100.5'))).toEqual([429])
  })

  it('tell an address with wrong tokens to wait, and let those with a right one pass', async () => {
    const wrong = () => from('203.0.113.8', '/api/wallet', { authorization: 'Bearer x.y.z' })
    expect(await statuses(5, wrong)).toEqual([...times(3, 401), ...times(2, 429)])
    expect((await asCustomer('203.0.113.8')()).statusCode).toBe(200)
  })

  it('count each staff token', async () => {
    const { token } = await enrol(laku, 'admin', 'dewi')
    const ask = () => from('203.0.113.9', '/api/offices', { authorization: `Bearer ${token}` })
    expect(await statuses(9, ask)).toEqual([...times(7, 200), ...times(2, 429)])
  })

  it('are none for webhooks and probes', async () => {
    const deliver = () =>
      app.inject({
        method: 'POST',
        url: '/api/webhooks/xendit',
        payload: { id: newId(), external_id: 'x', status: 'EXPIRED' },
        headers: { 'x-callback-token': laku.config.xenditCallbackToken[0] as string },
        remoteAddress: '203.0.113.10',
      })
    expect(await statuses(20, deliver)).toEqual(times(20, 200))
    expect(await statuses(20, () => from('203.0.113.10', '/healthz'))).toEqual(times(20, 200))
  })
})
