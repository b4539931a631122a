import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { hire } from '../../test/staff.ts'
import { TestStaffServer } from '../../test/staff-server.ts'
import { newId } from '../domain/kernel/index.ts'
import { receiveWebhook } from '../domain/webhooks/index.ts'
import { keysPruneJob } from '../jobs/keys/prune.ts'
import { observe, serveMetrics } from './metrics.ts'
import { buildServer } from './server.ts'
import type { CommandHouse } from './staff/command-house.ts'
import type { StaffServer } from './staff/staff-server.ts'

const DAY_S = 24 * 3600

describe('what watches a server', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let registry: Registry
  beforeAll(async () => {
    laku = await openTestLaku({ choreography: { 'webhook.received': {} } })
    app = await buildServer(laku)
    registry = observe(app, laku)
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const metrics = () => registry.metrics()
  const deliver = () =>
    laku.system((work) =>
      receiveWebhook(work, { provider: 'xendit', dedupeKey: newId(), headers: {}, body: '{}' }),
    )
  const figureOf = (text: string, name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
  const bodyOf = async (id: string) =>
    (await laku.db.selectFrom('webhookInbox').select('body').where('id', '=', id).executeTakeFirstOrThrow())
      .body

  it('reads requests, connections, the loop, and how long deliveries wait', async () => {
    await app.inject({ url: '/healthz' })
    await app.inject({ url: '/nothing' })
    expect(figureOf(await metrics(), 'laku_inbox_waiting_deliveries')).toBe(0)
    await deliver()
    laku.clock.shift(30)
    await deliver()
    const text = await metrics()
    expect(figureOf(text, 'laku_inbox_waiting_deliveries')).toBe(2)
    expect(figureOf(text, 'laku_inbox_lag_seconds')).toBe(30)
    expect(text).toMatch(
      /laku_http_request_duration_seconds_count\{method="GET",route="\/healthz",status="200"\} 1/,
    )
    expect(text).toMatch(
      /laku_http_request_duration_seconds_count\{method="GET",route="none",status="404"\} 1/,
    )
    expect(text).toMatch(/laku_database_connections\{state="idle"\} \d/)
    expect(text).toMatch(/laku_database_waiting_transactions 0/)
    expect(text).toMatch(/nodejs_eventloop_lag_seconds /)
  })

  it('reads what the staff server has to do, from when it is open', async () => {
    const held = Promise.withResolvers<void>()
    const house: CommandHouse = {
      find: async () => ({ reads: true, inputs: new Set<string>() }),
      run: async ({ laku: own }) =>
        await own.unitOfWork.run({ kind: 'system', name: 'test' }, () => held.promise.then(() => 0)),
    }
    let staffServer: StaffServer | undefined
    const figures = observe(Fastify(), laku, () => staffServer?.figures())
    const read = async (name: string) => figureOf(await figures.metrics(), name)
    expect(await read('laku_staff_commands')).toBe(0)
    const opened = await TestStaffServer.open(laku, { house })
    staffServer = opened.server
    const token = await opened.tokenOf((await hire(laku, 'support')).id)
    const runs = Array.from({ length: 8 }, () => opened.run(token, ['orders', 'list']))
    await expect.poll(() => read('laku_staff_waiting_transactions')).toBeGreaterThan(0)
    expect(await read('laku_staff_connections\\{state="busy"\\}')).toBe(6)
    // The staff server uses no connection of the customers' pool.
    expect(await read('laku_database_waiting_transactions')).toBe(0)
    held.resolve()
    await Promise.all(runs)
    await expect.poll(() => read('laku_staff_commands')).toBe(0)
    await opened.close()
  })

  it('counts by the pattern of a route, never by what stands in it, and names figures as Prometheus wants them', async () => {
    for (const id of [newId(), newId(), newId()]) {
      await app.inject({ url: `/api/products/${id}` })
      await app.inject({ url: `/${id}` })
    }
    const series = [...(await metrics()).matchAll(/^laku_http_request_duration_seconds_count\{(.*)\}/gm)]
    const routes = series.map(([, labels]) => /route="([^"]*)"/.exec(labels as string)?.[1])
    expect(routes.filter((route) => route?.includes('products'))).toEqual(['/api/products/:id'])
    expect(routes.join()).not.toMatch(/[\da-f]{8}-/)
    for (const { name, help, type } of (await registry.getMetricsAsJSON()).filter((item) =>
      item.name.startsWith('laku_'),
    )) {
      expect(name).toMatch(/^laku_[a-z]+(_[a-z]+)*$/)
      expect(help).toMatch(/\.$/)
      // The name of a metric for a time must end with its unit, and the name of a counter with _total.
      expect(/duration|lag|age/.test(name)).toBe(name.endsWith('_seconds'))
      expect(String(type) === 'counter').toBe(name.endsWith('_total'))
    }
  })

  it('is asked on a port of its own: customers find no figures at theirs', async () => {
    expect((await app.inject({ url: '/metrics' })).statusCode).toBe(404)
    const server = await serveMetrics(registry, { host: '127.0.0.1', port: 0 })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const answer = await fetch(`${url}/metrics?from=prometheus`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, registry.contentType])
    expect(await answer.text()).toContain('laku_inbox_lag_seconds')
    expect((await fetch(`${url}/api/products`)).status).toBe(404)
    const figures = registry.metrics
    registry.metrics = () => Promise.reject(new Error('a figure that cannot be read'))
    expect((await fetch(`${url}/metrics`)).status).toBe(500)
    registry.metrics = figures
    server.close()
  })

  it('is told that it is ready, and why it is not', async () => {
    const ready = async () => {
      const answer = await app.inject({ url: '/readyz' })
      return [answer.statusCode, answer.json()]
    }
    const whole = { ok: true, database: 'answers', pending_migrations: [], queue: 'runs' }
    expect(await ready()).toEqual([200, whole])
    const boss = laku.queue.boss
    laku.queue.boss = () => Promise.reject(new Error('not installed'))
    expect(await ready()).toEqual([503, { ...whole, ok: false, queue: 'does not run' }])
    laku.queue.boss = boss
  })

  it('finds the bodies of deliveries gone after 90 days, but of those that still wait', async () => {
    const [old, waiting] = [await deliver(), await deliver()]
    await laku.db.updateTable('webhookInbox').set({ status: 'processed' }).where('id', '=', old).execute()
    laku.clock.shift(89 * DAY_S)
    await keysPruneJob.run(laku, [])
    expect(await bodyOf(old)).toBe('{}')
    laku.clock.shift(1 * DAY_S + 1)
    const young = await deliver()
    await laku.db.updateTable('webhookInbox').set({ status: 'failed' }).where('id', '=', young).execute()
    await keysPruneJob.run(laku, [])
    expect([await bodyOf(old), await bodyOf(waiting), await bodyOf(young)]).toEqual([null, '{}', '{}'])
  })
})
