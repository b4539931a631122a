import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { newId } from '../domain/kernel/index.ts'
import { receiveWebhook } from '../domain/payment/index.ts'
import { keysPruneJob } from '../jobs/keys.prune.ts'
import { observe } from './metrics.ts'
import { buildServer } from './server.ts'

const DAY_S = 24 * 3600

describe('what watches a server', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let metrics: () => Promise<string>
  beforeAll(async () => {
    laku = await openTestLaku({ choreography: { 'webhook.received': {} } })
    app = await buildServer(laku)
    const registry = observe(app, laku)
    metrics = () => registry.metrics()
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

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
    expect(figureOf(await metrics(), 'laku_inbox_waiting')).toBe(0)
    await deliver()
    laku.clock.shift(30)
    await deliver()
    const text = await metrics()
    expect(figureOf(text, 'laku_inbox_waiting')).toBe(2)
    expect(figureOf(text, 'laku_inbox_lag_seconds')).toBe(30)
    expect(text).toMatch(/laku_http_request_seconds_count\{method="GET",route="\/healthz",status="200"\} 1/)
    expect(text).toMatch(/laku_http_request_seconds_count\{method="GET",route="none",status="404"\} 1/)
    expect(text).toMatch(/laku_database_connections\{state="idle"\} \d/)
    expect(text).toMatch(/nodejs_eventloop_lag_seconds /)
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
