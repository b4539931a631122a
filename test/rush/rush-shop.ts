import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Pool } from 'undici'
import { expect } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { type Policy, runChecks } from '../../src/domain/kernel/index.ts'
import { accessToken } from '../access-token.ts'
import { openTestLaku } from '../laku.ts'
import type { Buyer } from '../market.ts'
import { environmentOf, RunningLaku } from '../running-laku.ts'
import type { Received } from '../sandbox-fixture.ts'
import { Storefront } from '../storefront.ts'

/** Connections that the buyers' phones have open together, as a proxy in front of the server has. */
const CONNECTIONS = 256

/** What happened to one call, and how long it took from the moment that it was wanted (ms). */
export interface Answered {
  status: number
  ms: number
  body: unknown
}

/**
 * A shop of processes: server and worker are `laku serve` and `laku worker`, the providers are the sandbox in
 * this one. `policy` is for what is done in this process.
 */
export async function openRushShop(policy: Partial<Policy> = {}) {
  const laku = await openTestLaku({ sandbox: true, policy })
  const storefront = await Storefront.open(laku)
  await storefront.market.addStock(100_000)
  const env = environmentOf(laku)
  const server = await RunningLaku.server(env)
  laku.sandbox.setLakuUrl(server.url)
  const phones = new Pool(server.url, { connections: CONNECTIONS, pipelining: 1 })
  const providers = new Pool(laku.sandbox.url, { connections: 64, pipelining: 1 })

  const call = (pool: Pool, method: 'GET' | 'POST' | 'PUT', path: string, body: object, headers = {}) =>
    send(pool, {
      method,
      path,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })

  return {
    laku,
    storefront,
    market: storefront.market,
    env,
    /** Xendit takes so many requests a minute an endpoint; undefined: any number. */
    limitXendit: async (perMinute?: number) => {
      const body = perMinute === undefined ? {} : { provider: 'xendit', per_minute: perMinute }
      expect((await call(providers, 'PUT', '/control/limits', body)).status).toBe(200)
    },
    join: (buyer: Buyer, sessionId: string): Promise<Answered> =>
      call(
        phones,
        'POST',
        `/api/group-sessions/${sessionId}/join`,
        {
          items: [{ variant_id: storefront.market.variantId, quantity: 1 }],
          address_id: buyer.addressId,
        },
        {
          authorization: `Bearer ${accessToken(laku.config.jwtSecret[0] as string, buyer.id)}`,
          'idempotency-key': randomUUID(),
        },
      ),
    control: (method: 'POST' | 'PUT', path: string, body: object) =>
      call(providers, method, `/control/${path}`, body),
    /** Delivers what a provider sent before, to the server. */
    deliver: ({ path, headers, raw }: Received) => {
      const { host: _host, connection: _connection, 'content-length': _length, ...kept } = headers
      return send(phones, { method: 'POST', path, body: raw, headers: kept as Record<string, string> })
    },
    /** The buyer pays at the provider's page. */
    pay: (invoicePage: string) => call(providers, 'POST', new URL(invoicePage).pathname, { channel: 'BCA' }),
    expectWhole: async () => {
      const results = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
      expect(results.filter((result) => !result.ok)).toEqual([])
    },
    close: async () => {
      RunningLaku.killAll()
      await Promise.all([phones.close(), providers.close()])
      await laku.close()
    },
    server,
  }
}

async function send(
  pool: Pool,
  sent: { method: 'GET' | 'POST' | 'PUT'; path: string; body: string; headers: Record<string, string> },
): Promise<Answered> {
  const began = performance.now()
  const answer = await pool.request(sent)
  const text = await answer.body.text()
  const isJson = String(answer.headers['content-type']).includes('json')
  return { status: answer.statusCode, ms: performance.now() - began, body: isJson ? JSON.parse(text) : text }
}

export type RushShop = Awaited<ReturnType<typeof openRushShop>>

/**
 * Opens a pay link as a browser does that runs no script: it follows a redirect, and asks again when the
 * page's refresh says so. Returns the invoice's page, and how long it took until the buyer was sent there
 * (ms).
 */
export async function followPayLink(
  serverUrl: string,
  code: string,
  from: string,
): Promise<{ page: string; ms: number; asked: number }> {
  const began = performance.now()
  for (let asked = 1; ; asked++) {
    const answer = await fetch(`${serverUrl}/pay/${code}`, {
      redirect: 'manual',
      headers: { 'x-forwarded-for': from, accept: 'text/html' },
    })
    const html = await answer.text()
    const page = answer.headers.get('location')
    if (page) return { page, ms: performance.now() - began, asked }
    const refresh = /<meta http-equiv="refresh" content="(\d+)">/.exec(html)
    if (!refresh)
      throw new Error(`${code}: ${answer.status} and nothing to go on with: ${html.slice(0, 300)}`)
    await sleep(Number(refresh[1]) * 1000)
  }
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * share) / 100) - 1)] ?? 0)
}

/** All at once, as a rush is; `together` where the machine of this test could not send them otherwise. */
export const rush = <T, R>(
  all: readonly T[],
  act: (item: T, i: number) => Promise<R>,
  together = all.length,
): Promise<R[]> => pLimit(together).map(all, act)
