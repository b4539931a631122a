import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { environmentOf, RunningLaku } from '../running-laku.ts'
import { followPayLink, openRushShop, percentile, type RushShop, rush } from './rush-shop.ts'

const XENDIT_PER_MINUTE = 600
const JOINS = 3_000
const OPENERS = 300
const ALL_SENT_ON_WITHIN_MS = 40_000
const ALL_CONFIRMED_WITHIN_MS = 60_000

/** Returns the payments in another order than the joins. */
const shuffled = <T>(all: readonly T[]): T[] =>
  all
    .map((item) => ({ one: item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one: value }) => value)

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
/** Returns a buyer's own address behind the operator's proxy. */
const addressOf = (i: number) => `203.0.${113 + (i >> 8)}.${i & 255}`

describe(`with Xendit at ${XENDIT_PER_MINUTE} requests a minute`, () => {
  let shop: RushShop
  const codes: string[] = []
  const pages = new Map<string, string>()
  beforeAll(async () => {
    shop = await openRushShop()
    await shop.limitXendit(XENDIT_PER_MINUTE)
    await RunningLaku.worker(shop.env)
  })
  afterAll(() => shop.close())

  const invoices = async () =>
    ((await (await fetch(`${shop.laku.sandbox.url}/control/book`)).json()) as { invoices: unknown[] })
      .invoices

  it(`${JOINS} joins in a rush are all answered, and Xendit is asked for nothing`, async () => {
    const buyers = await shop.market.buyers(JOINS)
    const { id } = await shop.market.session({ moq: JOINS + 1, capacity: JOINS + 1 })
    const began = performance.now()
    const answers = await rush(buyers, (buyer) => shop.join(buyer, id))
    const tookMs = performance.now() - began
    const refused = answers.filter((answer) => answer.status !== 201)
    expect(refused.slice(0, 3)).toEqual([])
    for (const { body } of answers) codes.push((body as { payment: { code: string } }).payment.code)
    expect(new Set(codes).size).toBe(JOINS)
    expect(await invoices()).toEqual([])
    const ms = answers.map((answer) => answer.ms)
    console.log(
      `${JOINS} joins at once: all answered after ${seconds(tookMs)}; p50 ${percentile(ms, 50)} ms, p99 ${percentile(ms, 99)} ms`,
    )
    // With one call for each join it would take five minutes.
    expect(tookMs).toBeLessThan(15_000)
  })

  it(`${OPENERS} buyers who open their link together are all sent on within ${seconds(ALL_SENT_ON_WITHIN_MS)}`, async () => {
    const opened = await rush(codes.slice(0, OPENERS), async (code, i) => {
      const found = await followPayLink(shop.server.url, code, addressOf(i))
      pages.set(code, found.page)
      return found
    })
    const ms = opened.map((page) => page.ms)
    console.log(
      `${OPENERS} pay links at once: the last sent on after ${seconds(Math.max(...ms))}, half after ${seconds(percentile(ms, 50))}; ` +
        `at most ${Math.max(...opened.map((page) => page.asked))} requests a buyer`,
    )
    expect(new Set(pages.values()).size).toBe(OPENERS)
    expect(Math.max(...ms)).toBeLessThan(ALL_SENT_ON_WITHIN_MS)
  })

  it(`${JOINS} payments in a rush are all confirmed within ${seconds(ALL_CONFIRMED_WITHIN_MS)}, each once`, async () => {
    await openTheRest()
    const confirmed = async () => {
      const { rows } = await sql<{
        n: number
      }>`select count(*)::int as n from payments where status = 'paid'`.execute(shop.laku.db)
      return rows[0]?.n ?? 0
    }
    const began = performance.now()
    const paid = await rush(shuffled([...pages.values()]), (page) => shop.pay(page), 64)
    const rushMs = performance.now() - began
    expect(paid.filter((answered) => answered.status !== 200)).toEqual([])
    while ((await confirmed()) < JOINS && performance.now() - began < 3 * ALL_CONFIRMED_WITHIN_MS)
      await sleep(100)
    const tookMs = performance.now() - began
    console.log(
      `${JOINS} payments in ${seconds(rushMs)}: ${await confirmed()} confirmed ${seconds(tookMs)} after the first`,
    )
    expect(await confirmed()).toBe(JOINS)
    expect(tookMs).toBeLessThan(ALL_CONFIRMED_WITHIN_MS)
    await expectOnce()
  })

  /**
   * Creates the invoices of all other payments in the normal way, but with server and provider without the
   * rate limit.
   */
  async function openTheRest(): Promise<void> {
    await shop.limitXendit()
    const server = await RunningLaku.server(environmentOf(shop.laku, { xenditCallsPerMinute: 1_000_000 }))
    await rush(
      codes.slice(OPENERS),
      async (code, i) => pages.set(code, (await followPayLink(server.url, code, addressOf(i))).page),
      16,
    )
    expect(await server.end('SIGTERM')).toBe(0)
    await shop.limitXendit(XENDIT_PER_MINUTE)
  }

  async function expectOnce(): Promise<void> {
    const { rows } = await sql`
      select (select count(*)::int from ledger_transactions where kind = 'payment.confirmed') as posted,
        (select count(*)::int from events where type = 'payment.paid') as told,
        (select count(distinct payload ->> 'paymentId')::int from events where type = 'payment.paid') as payments,
        (select paid_units from group_buying_sessions) as paid_units,
        (select count(*)::int from attention where resolved_at is null) as attention`.execute(shop.laku.db)
    expect(rows).toEqual([{ posted: JOINS, told: JOINS, payments: JOINS, paidUnits: JOINS, attention: 0 }])
    await shop.expectWhole()
  }
})
