import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { cancelSession } from '../../src/domain/group-buying/index.ts'
import { runChecks } from '../../src/domain/kernel/index.ts'
import { openInvoice, reconcileGateway } from '../../src/domain/payment/index.ts'
import { replayWebhooks } from '../../src/domain/webhooks/index.ts'
import { buildServer } from '../../src/http/server.ts'
import type { JobDefinition } from '../../src/jobs/define-job.ts'
import { paymentsBookJob } from '../../src/jobs/payments/book.ts'
import { webhooksBiteshipJob } from '../../src/jobs/webhooks/biteship.ts'
import { webhooksWhatsappJob } from '../../src/jobs/webhooks/whatsapp.ts'
import { webhooksXenditJob } from '../../src/jobs/webhooks/xendit.ts'
import { withoutFloat } from '../control.ts'
import { digest } from '../digest.ts'
import { query } from '../global-setup.ts'
import { admin, openTestLaku, system, type TestLaku } from '../laku.ts'
import { answerOf, type Buyer } from '../market.ts'
import { MUCH_IDR } from '../payouts.ts'
import { environmentOf, RunningLaku } from '../running-laku.ts'
import { Storefront } from '../storefront.ts'
import { touchedByReplay } from './replay.ts'

/**
 * The longest time (ms) after the start of its flows at which a worker is killed. The flows take about as
 * long.
 */
const KILLED_WITHIN_MS = 600
/**
 * The interval (ms) at which laku's clock is moved forward, so that work that waits for a retry becomes due.
 */
const SHIFT_EVERY_MS = 10_000
/**
 * The timeout (ms) is long, because a dead worker's jobs are queued again only after half a minute, and
 * Xendit accepts ten calls a second.
 */
const TIMEOUT_MS = 120_000

/**
 * Opens a shop whose server and providers run in this process. Its workers are processes of their own, which
 * can be killed.
 */
export async function openMortalShop() {
  const laku = await openTestLaku({ sandbox: true, floatIdr: MUCH_IDR })
  const storefront = await Storefront.open(laku)
  await storefront.market.addStock(10_000)
  const app = await buildServer(laku)
  await app.listen({ port: 0, host: '127.0.0.1' })
  laku.sandbox.setLakuUrl(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  const close = async () => {
    RunningLaku.killAll()
    await app.close()
    await laku.close()
  }
  return { laku, storefront, env: environmentOf(laku), close }
}

type MortalShop = Awaited<ReturnType<typeof openMortalShop>>

/**
 * Runs this many rounds. Each round begins direct orders, a session that succeeds and a session that is
 * cancelled. The worker is killed at a random moment while the next worker starts. The last worker does the
 * rest; returns how long that took (ms).
 */
export async function killWorkers(shop: MortalShop, rounds: number): Promise<number> {
  let worker = await RunningLaku.worker(shop.env)
  for (let round = 0; round < rounds; round++) {
    const [next] = await Promise.all([
      RunningLaku.worker(shop.env),
      actAll(shop),
      sleep(Math.random() * KILLED_WITHIN_MS).then(() => worker.end('SIGKILL')),
    ])
    worker = next
  }
  const startedMs = performance.now()
  // Moves the clock forward, so that work with a due time is due. An example is a webhook delivery that was
  // claimed but not processed.
  await shiftAll(shop.laku, 900)
  await untilDone(shop.laku)
  // The providers' last webhooks (for example: a message was read) must be processed before the worker ends.
  await shop.laku.sandbox.settleWebhooks()
  await untilDone(shop.laku)
  const tookMs = performance.now() - startedMs
  await worker.end('SIGTERM')
  return tookMs
}

async function actAll({ laku, storefront }: MortalShop): Promise<void> {
  const { market } = storefront
  const buyers = await market.buyers(7)
  const [ana, budi, ...rest] = buyers as [Buyer, Buyer, ...Buyer[]]
  const wins = await market.session({ moq: 3 })
  const fails = await market.session({ moq: 5 })
  const joins = rest.map((buyer, i) => market.joinOf(buyer, i < 3 ? wins.id : fails.id))
  const joined = (await market.joinAll(joins)).map((outcome) => answerOf(outcome).payment)
  const placed = [await storefront.order(ana), await storefront.order(budi, 2)].map(({ payment }) => payment)
  await Promise.all(
    [...joined, ...placed].map(({ code }, i) => pay(laku, code, i % 2 === 0 ? 'DANA' : 'BCA')),
  )
  await laku.as(admin, (work) => cancelSession(work, { sessionId: fails.id, reason: 'cancelled' }))
}

async function pay(laku: TestLaku, code: string, channel: string): Promise<void> {
  const context = {
    unitOfWork: laku.unitOfWork,
    actor: system,
    gateway: laku.providers.gateway,
    publicUrl: 'http://laku.test',
  }
  const opened = await openInvoice(context, code)
  if (opened.state !== 'redirect') throw new Error(`${code} is ${opened.state}`)
  await fetch(opened.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel }),
  })
}

async function shiftAll(laku: TestLaku, seconds: number): Promise<void> {
  laku.clock.shift(seconds)
  await query(laku.ownerUrl, `update clock set shift_s = shift_s + ${seconds}`)
}

/** Counts the objects that are not in a final state, by kind. */
async function underWay(laku: TestLaku): Promise<Record<string, number>> {
  const { rows } = await sql<{ what: string; count: number }>`
    select what, count(*)::int as count from (
      select 'payment ' || status as what from payments where status not in ('paid', 'refunded')
      union all select 'order ' || status from orders where status <> 'ready_for_pickup'
      union all select 'session ' || status from group_buying_sessions where status not in ('success', 'refunded')
      union all select 'refund ' || status from refunds where status not in ('succeeded', 'to_wallet')
      union all select 'webhook ' || status from webhook_inbox where status <> 'processed'
      union all select 'message ' || status from whatsapp_messages where status in ('queued', 'failed')
      union all select 'job ' || name from pgboss.job where state in ('active', 'retry') and name not like '%.sweep'
        -- A tick of pg-boss's clock in a killed worker waits for its expiry (15 minutes). The next minute has its own.
        and name not like '\\_\\_pgboss\\_\\_%'
      union all select 'attention ' || kind from attention where resolved_at is null
    ) left_over group by what`.execute(laku.db)
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]))
}

async function untilDone(laku: TestLaku): Promise<void> {
  const beganMs = performance.now()
  let shifts = 1
  for (let left = await underWay(laku); Object.keys(left).length > 0; left = await underWay(laku)) {
    const tookMs = performance.now() - beganMs
    if (tookMs > TIMEOUT_MS) expect(left).toEqual({})
    // On a busy machine a provider may answer too late, so that a message waits for its next attempt. The
    // clock is moved forward for that.
    if (tookMs > shifts * SHIFT_EVERY_MS) {
      shifts++
      await shiftAll(laku, 900)
    }
    await sleep(200)
  }
}

/**
 * Checks that every order exists once, that all checks of the ledger hold, and that the provider's list
 * agrees line by line.
 */
export async function expectWhole({ laku }: MortalShop, rounds: number): Promise<void> {
  const { rows } = await sql<{ orders: number; parcels: number }>`
    select (select count(*)::int from orders) as orders, (select count(*)::int from shipments) as parcels`.execute(
    laku.db,
  )
  expect(rows).toEqual([{ orders: rounds * 5, parcels: rounds * 5 }])
  // The provider's list is read now, because it contains the fees. In a shop, a job reads it every ten
  // minutes.
  await paymentsBookJob.run(laku, [{ id: 'book', data: {} }])
  const results = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
  expect(results.filter((result) => !result.ok)).toEqual([])
  const context = {
    unitOfWork: laku.unitOfWork,
    actor: admin,
    gateway: laku.providers.gateway,
    publicUrl: 'http://laku.test',
  }
  await withoutFloat(laku)
  const { ok, differences, gatewayIdr, inFlightIdr, providerIdr } = await reconcileGateway(context, {})
  expect({ ok, differences, inFlightIdr }).toEqual({ ok: true, differences: [], inFlightIdr: 0 })
  expect(gatewayIdr).toBe(providerIdr)
}

const lines: Record<string, JobDefinition> = {
  xendit: webhooksXenditJob,
  biteship: webhooksBiteshipJob,
  whatsapp: webhooksWhatsappJob,
}

const REPLAY_ROUNDS = 4

const waiting = (laku: TestLaku) =>
  laku.db
    .selectFrom('webhookInbox')
    .select(['id', 'provider', 'attempts', 'error'])
    .where('status', '=', 'received')
    .execute()

/**
 * Replays every webhook delivery that was ever stored. Returns their number, and the content of every other
 * table before and after.
 */
export async function replayAll({ laku }: MortalShop) {
  const before = await digest(laku.ownerUrl, touchedByReplay)
  const { count } = await laku.as(admin, (work) => replayWebhooks(work, { since: new Date(0) }))
  // Updates about a message that laku never sent are retried a few times before laku gives them up.
  let left = await waiting(laku)
  for (let round = 0; round < REPLAY_ROUNDS && left.length > 0; round++) {
    for (const [provider, all] of Map.groupBy(left, (row) => row.provider)) {
      const jobs = all.map(({ id }) => ({ id, data: { inboxId: id } }))
      await lines[provider]?.run(laku, jobs)
    }
    left = await waiting(laku)
  }
  expect(left).toEqual([])
  return { count, before, after: await digest(laku.ownerUrl, touchedByReplay) }
}
