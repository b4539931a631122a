import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { newId, runChecks } from '../../src/domain/kernel/index.ts'
import { balanceIdr, escrow } from '../../src/domain/ledger/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { Market } from '../market.ts'
import { enrol } from '../staff.ts'

/** Every endpoint that the service map names. */
const endpoints = [
  'POST /api/group-sessions/:id/join',
  'POST /api/notifications',
  'POST /api/orders',
  'POST /api/orders/bulk',
  'PATCH /api/orders/:id/status',
  'POST /api/payments',
  'POST /api/payments/escrow',
  'POST /api/payments/refund-session',
  'POST /api/payments/release-escrow',
  'POST /api/rates',
  'POST /api/shipments',
  'POST /api/warehouse/fulfill-demand',
  'POST /api/webhooks/biteship',
  'POST /api/webhooks/xendit',
  'POST /api/whatsapp/send',
]

const docs = resolve('docs')
const page = readFileSync(join(docs, 'service-map.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.endsWith('| Proved by |'))
  .map((line) => line.slice(2, -2).split(' | '))
const proofs = rows.flatMap(([call, , proved = '']) =>
  proved.split('<br>').map((proof) => {
    const [, file = '', name = ''] = /^\[[^\]]+\]\(([^)]+)\): (.+)$/.exec(proof) ?? []
    return { call, file, name }
  }),
)

describe('docs/service-map.md', () => {
  it('has three cells a row, each with a proof', () => {
    expect(rows.length).toBeGreaterThan(50)
    expect(rows.filter((cells) => cells.length !== 3 || cells.some((cell) => cell.trim() === ''))).toEqual([])
    expect(proofs.filter(({ file, name }) => !file || !name)).toEqual([])
  })

  it('links only to files that there are', () => {
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path)
    expect(links.filter((path) => !existsSync(join(docs, path)))).toEqual([])
  })

  it('names only tests that there are', () => {
    const missing = proofs.filter(({ file, name }) => !testNames(join(docs, file)).has(name))
    expect(missing).toEqual([])
  })

  it('names every endpoint of the service map', () => {
    const named = new Set([...page.matchAll(/`((?:POST|PATCH) \/api\/[^`]+)`/g)].map(([, value]) => value))
    expect(endpoints.filter((endpoint) => !named.has(endpoint))).toEqual([])
  })
})

/** Returns the names of the tests in a file. */
function testNames(path: string): Set<string> {
  const source = readFileSync(path, 'utf8')
  const quoted = source.matchAll(/^\s*(?:(?:it(?:\.each)?|\])[^\n'"`]*\(\s*)?(['"`])((?:\\.|(?!\1).)+)\1,/gm)
  return new Set([...quoted].map(([, , name = '']) => name.replaceAll('\\', '')))
}

describe('the calls of the service map', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let token: string
  beforeAll(async () => {
    laku = await openTestLaku()
    app = await buildServer(laku)
    token = await enrol(laku, 'service', 'another-service').then(({ token }) => token)
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const call = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': newId() }
    const answer = await app.inject({ method: 'POST', url: path, payload: body, headers })
    return { status: answer.statusCode, body: answer.json() }
  }
  const expectWhole = async () => {
    const results = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
    expect(results.filter((result) => !result.ok)).toEqual([])
  }

  it.each(endpoints)('%s answers', async (endpoint) => {
    const [method = '', path = ''] = endpoint.split(' ')
    const { statusCode } = await app.inject({
      method: method as 'POST' | 'PATCH',
      url: path.replace(':id', newId()),
      payload: {},
    })
    // A stranger is refused, or told what is missing in the body: in both cases by the route itself. The
    // courier's empty ping is accepted.
    expect(statusCode).toBeOneOf([200, 400, 401])
  })

  it('take a session through its whole life, and change nothing when they are asked again', async () => {
    const market = await Market.open(laku)
    const buyers = await market.buyers(2)
    const session = await market.session({ moq: 2 })
    await market.addStock(2)
    const participants = []
    for (const buyer of buyers) {
      const { participation, payment } = await market.join(buyer, session.id)
      const escrowed = await call('/api/payments/escrow', { participant_id: participation.id })
      expect(escrowed).toMatchObject({ status: 201, body: { id: payment.id, status: 'pending' } })
      participants.push(payment)
    }
    expect((await call('/api/orders/bulk', { session_id: session.id })).status).toBe(409)
    await market.pay(...participants.map(({ id }) => id))
    const reserved = await call('/api/warehouse/fulfill-demand', { session_id: session.id })
    expect(reserved).toMatchObject({ status: 200, body: { outcome: 'reserved' } })
    expect(await call('/api/orders/bulk', { session_id: session.id })).toMatchObject({
      status: 201,
      body: { count: 2 },
    })
    expect((await market.see(session.id)).status).toBe('success')
    expect(await laku.system((work) => balanceIdr(work.tx, escrow(session.id)))).toBe(0)
    for (const path of ['/api/payments/release-escrow', '/api/orders/bulk'])
      expect(await call(path, { session_id: session.id })).toMatchObject({ status: 200, body: { count: 0 } })
    expect((await call('/api/payments/refund-session', { session_id: session.id })).status).toBe(409)
    await expectWhole()
  })

  it('refund a session once', async () => {
    const market = await Market.open(laku)
    const [ana] = await market.buyers(1)
    const session = await market.session({ moq: 1 })
    const [joined] = await market.joinAndPay([ana!], session.id)
    const refund = () => call('/api/payments/refund-session', { session_id: session.id, reason: 'sold out' })
    expect(await refund()).toMatchObject({
      status: 200,
      body: { count: 1, amount_idr: joined!.participation.totalIdr },
    })
    expect(await market.walletOf(ana!)).toBe(joined!.participation.totalIdr)
    expect(await refund()).toMatchObject({ status: 200, body: { count: 0 } })
    await expectWhole()
  })
})
