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

/**
 * The number of connections that buyers' phones have open together, as through a proxy in front of the
 * server.
 */
const CONNECTIONS = 256

/** The outcome of one call, and the time from the moment when the call was wanted (ms). */
export interface Answered {
  status: number
  ms: number
  body: unknown
}

/**
 * Opens a shop of processes: `laku serve` and `laku worker`, with the sandbox's providers in this process.
 * `policy` applies to the use cases that the test runs in this process.
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
    /** Limits Xendit's requests a minute for each endpoint; undefined means no limit. */
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
    /** Delivers to the server what a provider sent before. */
    deliver: ({ path, headers, raw }: Received) => {
      const { host: _host, connection: _connection, 'content-length': _length, ...kept } = headers
      return send(phones, { method: 'POST', path, body: raw, headers: kept as Record<string, string> })
    },
    /** Pays at the provider's page, as the buyer does. */
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
 * Opens a payment link as a browser without scripts does: it follows redirects, and reloads when the page
 * says so. Returns the invoice's page, and the time until the buyer was redirected to it (ms).
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

/** Returns the percentile of the values: the value that this share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * share) / 100) - 1)] ?? 0)
}

/**
 * Starts all acts at once, as in a rush. `together` limits how many run at the same time, if this machine
 * could not send more.
 */
export const rush = <T, R>(
  all: readonly T[],
  act: (item: T, i: number) => Promise<R>,
  together = all.length,
): Promise<R[]> => pLimit(together).map(all, act)
