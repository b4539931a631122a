import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { runChecks } from '../../src/domain/kernel/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { startWorker } from '../../src/jobs/worker.ts'
import { query } from '../global-setup.ts'
import { openTestLaku } from '../laku.ts'
import { MUCH_IDR } from '../payouts.ts'
import { Storefront } from '../storefront.ts'

export interface Message {
  channel: string
  to: string
  body: string
}

const TIMEOUT_MS = 20_000
const EVERY_MS = 50

/**
 * Opens a shop with the real choreography, a server, a worker and the provider sandbox, in which a test can
 * break a step and heal it.
 */
export async function openWorkingShop() {
  const laku = await openTestLaku({ sandbox: true, floatIdr: MUCH_IDR })
  const storefront = await Storefront.open(laku)
  await storefront.market.addStock(100)
  const app = await buildServer(laku)
  await app.listen({ port: 0, host: '127.0.0.1' })
  laku.sandbox.setLakuUrl(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  const worker = await startWorker(laku)

  const control = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${laku.sandbox.url}/control/${path}`, {
      method,
      ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
    })
    expect(answer.status).toBe(200)
    return (await answer.json()) as unknown
  }
  return {
    laku,
    storefront,
    market: storefront.market,
    control,
    /** Opens a payment link as the buyer. Returns the status, and the invoice's page if there is one. */
    follow: async (code: string) => {
      const { statusCode, headers } = await app.inject({ method: 'GET', url: `/pay/${code}` })
      return { status: statusCode, invoicePage: headers.location }
    },
    /**
     * Refuses every change of this kind to the table from now on, as if the service were down. Returns a
     * function that heals it.
     */
    breakStep: async (table: string, change: 'insert' | 'update') => {
      await query(
        laku.ownerUrl,
        `create or replace function is_down() returns trigger language plpgsql as $$ begin raise exception '% is down', tg_table_name; end $$`,
        `create trigger is_down before ${change} on ${table} for each statement execute function is_down()`,
      )
      return () => query(laku.ownerUrl, `drop trigger is_down on ${table}`)
    },
    messagesTo: async (phone: string) =>
      (await control('GET', `messages?to=${encodeURIComponent(phone)}`)) as Message[],
    phoneOf: async (userId: string) => {
      const row = await laku.db
        .selectFrom('users')
        .select('phone')
        .where('id', '=', userId)
        .executeTakeFirst()
      return row?.phone ?? ''
    },
    openAttention: async () => {
      const rows = await laku.db
        .selectFrom('attention')
        .select('kind')
        .where('resolvedAt', 'is', null)
        .execute()
      return rows.map((row) => row.kind)
    },
    /** Checks all invariants of all domains. */
    expectWhole: async () => {
      const results = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
      expect(results.filter((result) => !result.ok)).toEqual([])
    },
    close: async () => {
      await worker.close()
      await app.close()
      await laku.close()
    },
  }
}

export type WorkingShop = Awaited<ReturnType<typeof openWorkingShop>>

/** Repeats `ask` until its result is as expected. When the time is over, the expectation itself fails. */
export async function eventually<T>(
  ask: () => Promise<T>,
  expected: (value: T) => void,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const value = await ask()
    try {
      expected(value)
      return value
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  }
}
