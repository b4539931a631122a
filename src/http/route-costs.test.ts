import { readFileSync } from 'node:fs'
import type { FastifyInstance, InjectOptions } from 'fastify'
import fp from 'fastify-plugin'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { newId } from '../domain/kernel/index.ts'
import { Memory } from './public-reads.ts'
import { type Cost, costs, routesByCost } from './route-costs.ts'
import { buildServer } from './server.ts'

const served: string[] = []
const listen = fp(async (app) => {
  app.addHook('onRoute', ({ method, url }) => {
    for (const item of [method].flat())
      if (item !== 'HEAD' && item !== 'OPTIONS') served.push(`${item} ${url}`)
  })
})

let laku: TestLaku
let app: FastifyInstance
beforeAll(async () => {
  laku = await openTestLaku({
    sandbox: true,
    policy: { addressRequestsPerMinute: 10, customerRequestsPerMinute: 20, refusedTokensPerMinute: 30 },
  })
  app = await buildServer(laku, listen)
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

const listed = () =>
  Object.entries(routesByCost).flatMap(([cost, all]) => all.map((route) => ({ route, cost })))

it('every route has its cost, once', () => {
  expect(served.length).toBeGreaterThan(60)
  expect(
    listed()
      .map(({ route }) => route)
      .sort(),
  ).toEqual([...new Set(served)].sort())
})

/**
 * Returns nginx's limits for a path by its rules for locations: an exact one, the longest `^~`, the first
 * pattern, the longest prefix.
 */
function zonesOf(path: string): string[] {
  const conf = readFileSync(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8')
  const found = [...conf.matchAll(/location (?:(=|\^~|~) )?(\S+) \{([^}]*)\}/g)]
  const locations = found.map(([, how = '', what = '', body = '']) => ({ how, what, body }))
  const longest = (of: typeof locations) => of.toSorted((a, b) => b.what.length - a.what.length)[0]
  const prefix = longest(
    locations.filter(({ how, what }) => (how === '' || how === '^~') && path.startsWith(what)),
  )
  const chosen =
    locations.find(({ how, what }) => how === '=' && path === what) ??
    (prefix?.how === '^~' ? prefix : undefined) ??
    locations.find(({ how, what }) => how === '~' && new RegExp(what).test(path)) ??
    prefix
  const zones = [...(chosen?.body ?? '').matchAll(/limit_req zone=(\w+) burst=\d+ nodelay;/g)]
  return zones.map(([, zone]) => {
    const rate = new RegExp(`zone=${zone}:\\S+ rate=(\\d+)r/s;`).exec(conf)?.[1]
    return `${zone} ${rate}`
  })
}

it('nginx counts each route by the same shares, of 50 requests a second', () => {
  for (const { route, cost } of listed()) {
    const path = route.split(' ')[1]!.replaceAll(/:\w+/g, 'x')
    const { network } = costs[cost as Cost]
    const wanted =
      cost === 'free' ? [] : network === 1 ? ['laku_all 50'] : ['laku_all 50', `laku_${cost} ${50 * network}`]
    for (const text of [path, `${path}/`]) {
      // The health check has only one address.
      if (cost === 'free' && text.endsWith('/') && path === '/healthz') continue
      expect([text, zonesOf(text)]).toEqual([text, wanted])
    }
  }
})

describe('laku counts what is dear once more', () => {
  const ask = async (count: number, request: InjectOptions) => {
    const seen: number[] = []
    for (let i = 0; i < count; i++) seen.push((await app.inject(request)).statusCode)
    return seen
  }
  const passed = (seen: number[]) => seen.filter((status) => status !== 429).length

  it.each([
    ['/api/auth/otp/verify', 'POST', 'code', '203.0.113.1'],
    ['/api/rates', 'POST', 'courier', '203.0.113.2'],
    ['/pay/PAY-1', 'GET', 'invoice', '2001:db8:0:1::1'],
  ] as const)('%s by network, also where all are allowed more', async (url, method, cost, remoteAddress) => {
    const seen = await ask(8, { url, method, remoteAddress, ...(method === 'POST' && { payload: {} }) })
    expect(passed(seen)).toBe(10 * costs[cost].network)
    // The address can still make other requests, up to the rest of its limit.
    expect((await app.inject({ url: '/api/products', remoteAddress })).statusCode).toBe(200)
  })

  it('by person, where one is known', async () => {
    const token = app.signAccessToken({ userId: newId(), authSessionId: newId() })
    const headers = { authorization: `Bearer ${token}` }
    const join = { method: 'POST', url: `/api/group-sessions/${newId()}/join`, payload: {}, headers } as const
    expect(passed(await ask(6, join))).toBe(20 * costs.hold.person)
    expect((await app.inject({ url: '/api/wallet', headers })).statusCode).toBe(200)
  })

  it('staff tokens that nobody has are looked for three times a minute here, and others not at all', async () => {
    const looked: string[] = []
    laku.wire.rewrite = (text) => {
      if (text.includes('staff_tokens')) looked.push(text)
      return text
    }
    const bearer = (token: string) => ({
      url: '/api/offices',
      remoteAddress: '203.0.113.7',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await ask(3, bearer('lkst_short'))).toEqual([401, 401, 401])
    expect(looked).toEqual([])
    expect(await ask(5, bearer(`lkst_${'x'.repeat(43)}`))).toEqual([401, 401, 401, 429, 429])
    expect(looked).toHaveLength(3)
  })
})

describe('what everybody may read', () => {
  it('is read once however many ask, and again when it is old', async () => {
    let reads = 0
    const memory = new Memory(30, 2)
    const read = () => memory.get('a', async () => ++reads)
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1])
    await new Promise((done) => setTimeout(done, 40))
    expect(await read()).toBe(2)
    await memory.get('b', async () => 0)
    await memory.get('c', async () => 0)
    // The cache keeps two answers, so the oldest one was dropped.
    expect(await read()).toBe(3)
  })

  it('is not kept where it failed', async () => {
    const memory = new Memory(1_000, 2)
    await expect(memory.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await memory.get('a', async () => 'here')).toBe('here')
  })
})
