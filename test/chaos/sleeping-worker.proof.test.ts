import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../src/commands/demo/poll.ts'
import { choreography } from '../../src/domain/composition/choreography.ts'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { cancelSession } from '../../src/domain/group-buying/index.ts'
import { runChecks } from '../../src/domain/kernel/index.ts'
import { openInvoice } from '../../src/domain/payment/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { sandboxControl } from '../control.ts'
import { type HeldAt, openGate } from '../gate.ts'
import { query } from '../global-setup.ts'
import { admin, system } from '../laku.ts'
import { environmentOf, RunningLaku } from '../running-laku.ts'
import { openSettlementFixture, type SettlementFixture } from '../settlements.ts'

const SLEEP_S = 14 * 60
const LAG_S = 3600
// The timeout is long, because a refund's lease lasts half a minute by the database's clock, and the job of a
// silent worker is queued again after the same time.
const TIMEOUT_MS = 120_000

/** One outgoing payment: its row in laku, its path at the provider, and the provider's records of it. */
interface Leaving {
  table: 'payouts' | 'refunds'
  path: string
  /** Begins the payment and returns the id of its row. */
  begin(): Promise<string>
}

let f: SettlementFixture
let app: Awaited<ReturnType<typeof buildServer>>
let gate: Awaited<ReturnType<typeof openGate>>
let control: ReturnType<typeof sandboxControl>
let claims: pg.Client
beforeAll(async () => {
  f = await openSettlementFixture({ choreography, watched: false })
  app = await buildServer(f.laku)
  await app.listen({ port: 0, host: '127.0.0.1' })
  f.laku.sandbox.setLakuUrl(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  control = sandboxControl(f.laku)
  await control('PUT', '/webhooks', { drop_rate: 0 })
  gate = await openGate(f.laku.sandbox.xenditUrl)
  await query(
    f.laku.ownerUrl,
    `create function tell_claim() returns trigger language plpgsql as $$ begin perform pg_notify('claims', new.id::text); return new; end $$`,
    'create trigger tell_claim after update of lease_until on payouts for each row when (new.lease_until is not null) execute function tell_claim()',
    'create trigger tell_claim after update of lease_until on refunds for each row when (new.lease_until is not null) execute function tell_claim()',
  )
  claims = new pg.Client({ connectionString: f.laku.ownerUrl })
  await claims.connect()
  await claims.query('listen claims')
})
afterAll(async () => {
  RunningLaku.killAll()
  await claims.end()
  await gate.close()
  await app.close()
  await f.laku.close()
})

const leaving: Record<string, Leaving> = {
  'a payout': {
    table: 'payouts',
    path: '/payouts',
    async begin() {
      const factoryId = await f.factory('1234567890')
      await f.sell(factoryId)
      const code = await f.settled(factoryId)
      await f.approve(code)
      await f.pay(code)
      return (await f.payoutOf(code)).id
    },
  },
  'a refund': {
    table: 'refunds',
    path: '/refunds',
    async begin() {
      const { laku, market } = f
      const [buyer] = await market.buyers(1)
      const session = await market.session({ moq: 5 })
      const joined = await market.join(buyer as never, session.id)
      const context = {
        unitOfWork: laku.unitOfWork,
        actor: system,
        gateway: laku.providers.gateway,
        publicUrl: 'http://laku.test',
      }
      const opened = await openInvoice(context, joined.payment.code)
      if (opened.state !== 'redirect') throw new Error(`the payment is ${opened.state}`)
      const page = new URL(opened.url)
      await fetch(page, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ channel: 'DANA' }),
      })
      await until(
        'the paid place',
        () => market.statusOf(joined.participation.id),
        (status) => status === 'paid',
        TIMEOUT_MS,
      )
      await laku.as(admin, (work) => cancelSession(work, { sessionId: session.id, reason: 'cancelled' }))
      const row = await laku.db
        .selectFrom('refunds as r')
        .innerJoin('payments as p', 'p.id', 'r.paymentId')
        .select('r.id')
        .where('p.code', '=', joined.payment.code)
        .executeTakeFirstOrThrow()
      return row.id
    },
  },
}

type Stopping = (worker: RunningLaku, leaving: Leaving) => { stopped: Promise<void>; release: () => void }

/**
 * Stops the worker while its call is held at the gate. The provider gets the call, or the worker gets the
 * answer, only after the worker has slept.
 */
const atGate =
  (at: HeldAt): Stopping =>
  (worker, { path }) => {
    const { arrived, release } = gate.hold('POST', path, at)
    return { stopped: arrived.then(() => worker.pause()), release }
  }

const stops: Record<string, Stopping> = {
  // The worker stops a moment after its claim. Mostly that is before it renews its lease, which it does right
  // before the call.
  'after the claim': (worker) => ({
    stopped: new Promise<void>((resolve) =>
      claims.once('notification', () => {
        worker.pause()
        resolve()
      }),
    ),
    release: () => {},
  }),
  "at the socket's write": atGate('request'),
  'before the answer is recorded': atGate('answer'),
}

async function pass(seconds: number): Promise<void> {
  f.laku.clock.shift(seconds)
  await query(f.laku.ownerUrl, `update clock set shift_s = shift_s + ${seconds}`)
  await control('POST', '/age', { seconds })
}

const rowOf = async ({ table }: Leaving, id: string) => {
  const { rows } = await sql<{ status: string; name: string; leaseUntil: Date | null }>`
    select status, ${sql.ref(table === 'payouts' ? 'key' : 'code')} as name, lease_until from ${sql.table(table)} where id = ${id}::uuid`.execute(
    f.laku.db,
  )
  if (!rows[0]) throw new Error(`${table} has no ${id}`)
  return rows[0]
}

const atProvider = async ({ table }: Leaving, name: string) => {
  const book = await control<Record<string, { reference_id: string; status: string }[]>>('GET', '/book')
  return (book[table] ?? []).filter((item) => item.reference_id.includes(name)).map((item) => item.status)
}

/** Returns whether another worker has taken over: the lease has changed, or the payment has ended. */
const takenOver = async (leaving: Leaving, id: string, before: Date | null) => {
  const { status, leaseUntil } = await rowOf(leaving, id)
  return status === 'succeeded' || leaseUntil?.getTime() !== before?.getTime()
}

describe('a worker process that sleeps for 14 minutes, with another beside it', () => {
  for (const [kind, value] of Object.entries(leaving)) {
    it.each(Object.entries(stops))(
      `${kind}, %s: one at the provider`,
      async (_, stopping) => {
        await control('PUT', '/lists', { lag_s: LAG_S })
        // The worker processes the queues of payments before this payment begins, so that it stops at this
        // payment and no other.
        const sleeper = await RunningLaku.worker({
          ...environmentOf(f.laku),
          XENDIT_API_URL: gate.url,
        })
        const { stopped, release } = stopping(sleeper, value)
        const id = await value.begin()
        await stopped
        const before = (await rowOf(value, id)).leaseUntil
        await pass(SLEEP_S)
        const other = await RunningLaku.worker(environmentOf(f.laku))
        await until('another worker to take it over', () => takenOver(value, id, before), Boolean, TIMEOUT_MS)
        await sleep(3_000)
        sleeper.resume()
        release()
        await sleep(3_000)
        // An object that is looked up in the lists is visible at the latest after the longest lag.
        await control('PUT', '/lists', { lag_s: 0 })
        for (let hour = 0; hour < 3; hour++) await pass(LAG_S)
        await until(
          'its end',
          () => rowOf(value, id),
          ({ status }) => status === 'succeeded',
          TIMEOUT_MS,
        )
        await sleep(3_000)
        await Promise.all([sleeper.end('SIGTERM'), other.end('SIGTERM')])
        expect(await atProvider(value, (await rowOf(value, id)).name)).toEqual(['SUCCEEDED'])
      },
      TIMEOUT_MS * 3,
    )
  }

  it('leaves a book that holds', async () => {
    const results = await f.laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
    expect(results.filter((result) => !result.ok)).toEqual([])
  })
})
