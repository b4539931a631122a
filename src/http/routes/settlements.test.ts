import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSettlementFixture, type SettlementFixture } from '../../../test/settlements.ts'
import { enrol } from '../../../test/staff.ts'
import type { StaffRole } from '../../domain/kernel/index.ts'
import { buildServer } from '../server.ts'

describe('/api/settlements', () => {
  let f: SettlementFixture
  let app: FastifyInstance
  beforeAll(async () => {
    f = await openSettlementFixture()
    app = await buildServer(f.laku)
  })
  afterAll(async () => {
    await app.close()
    await f.laku.close()
  })

  const tokenOf = (role: StaffRole) =>
    enrol(f.laku, role, `${role}-${Math.random()}`).then(({ token }) => token)
  const post = async (url: string, token: string, body?: object, key?: string) => {
    const headers = { authorization: `Bearer ${token}`, ...(key ? { 'idempotency-key': key } : {}) }
    const reply = await app.inject({ method: 'POST', url, headers, ...(body ? { payload: body } : {}) })
    return { status: reply.statusCode, body: reply.json() }
  }

  it('looks, calculates, and answers the same again', async () => {
    const [factoryId, token] = [await f.factory(), await tokenOf('finance')]
    await f.sell(factoryId)
    const planned = await post('/api/settlements/preview', token)
    expect(planned.status).toBe(200)
    expect(planned.body).toMatchObject({
      settlements: [{ net_idr: 95_000, status: 'planned' }],
      total_idr: 95_000,
    })
    const made = await post('/api/settlements', token, { factory_id: factoryId }, 'once')
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ settlements: [{ items: 1, status: 'calculated' }] })
    expect(await post('/api/settlements', token, { factory_id: factoryId }, 'once')).toEqual(made)
    expect((await post('/api/settlements', token)).body).toEqual(made.body)
  })

  it('refuses a day that is none, a field that is unknown, and other people', async () => {
    const token = await tokenOf('finance')
    expect((await post('/api/settlements', token, { through: '2026-02-30' })).status).toBe(400)
    expect((await post('/api/settlements', token, { until: '2026-02-03' })).status).toBe(400)
    expect((await post('/api/settlements', await tokenOf('warehouse'), {})).status).toBe(403)
    expect((await post('/api/settlements', 'nobody', {})).status).toBe(401)
  })
})
