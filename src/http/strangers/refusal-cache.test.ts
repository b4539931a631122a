import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { answerCalls } from '../../domain/auth/index.ts'
import { newId } from '../../domain/kernel/index.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
let app: FastifyInstance
let people = 0
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true })
  app = await buildServer(laku)
})
afterEach(() => {
  vi.restoreAllMocks()
  // After an hour, a siege is over and no limit is used up.
  laku.clock.shift(3_600)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

const newPhone = () => `+62812777${(people++).toString().padStart(5, '0')}`
const post = (url: string, payload: object, remoteAddress: string) =>
  app.inject({ method: 'POST', url, payload, remoteAddress })
const ask = async (phone: string, from: string, more: object = {}) => {
  const reply = await post('/api/auth/otp', { phone, ...more }, from)
  return { status: reply.statusCode, body: reply.json() }
}
const codeTo = async (phone: string): Promise<string> => {
  await laku.drain()
  const said = await fetch(`${laku.sandbox.url}/control/messages?to=${encodeURIComponent(phone)}`)
  return ((await said.json()) as { code: string }[])[0]?.code as string
}
function solve({ puzzle, bits }: { puzzle: string; bits: number }): { puzzle: string; answer: string } {
  for (let n = 0; ; n++) {
    const digest = createHash('sha256').update(`${puzzle}:${n}`).digest()
    if (digest.readUInt32BE() >>> (32 - bits) === 0) return { puzzle, answer: String(n) }
  }
}

describe('a refusal that is repeated', () => {
  it('costs no transaction, and ends when its turn comes', async () => {
    const phone = newPhone()
    while ((await ask(phone, '198.51.100.1')).status === 202);
    const transactions = vi.spyOn(laku.unitOfWork, 'run')
    for (let n = 0; n < 30; n++)
      expect((await ask(phone, '198.51.100.1')).body.code).toBe('auth.proof_needed')
    for (let n = 0; n < 30; n++) expect((await ask('+5352123456', '198.51.100.1')).status).toBe(400)
    expect(transactions).not.toHaveBeenCalled()
    // Another number from the same address is free, and so is this number a minute later.
    expect((await ask(newPhone(), '198.51.100.1')).status).toBe(202)
    laku.clock.shift(120)
    expect((await ask(phone, '198.51.100.1')).status).toBe(202)
  })

  it('is one of a challenge that is over, or of a refresh token, whoever sends it', async () => {
    const phone = newPhone()
    const { challenge_id } = (await ask(phone, '198.51.100.2')).body
    const code = await codeTo(phone)
    const login = (await post('/api/auth/otp/verify', { challenge_id, code }, '198.51.100.2')).json()
    const again = () => post('/api/auth/otp/verify', { challenge_id, code }, '198.51.100.2')
    const headers = { authorization: `Bearer ${login.access_token}` }
    await app.inject({ method: 'POST', url: '/api/auth/logout', headers, payload: {} })
    const refresh = () => post('/api/auth/refresh', { refresh_token: login.refresh_token }, '198.51.100.2')
    expect([(await again()).json().code, (await refresh()).statusCode]).toEqual(['auth.code_expired', 401])
    const transactions = vi.spyOn(laku.unitOfWork, 'run')
    for (let n = 0; n < 5; n++) {
      expect((await again()).json().code).toBe('auth.code_expired')
      expect((await refresh()).json().code).toBe('auth.refresh_invalid')
    }
    expect(transactions).not.toHaveBeenCalled()
  })
})

describe('a siege of many networks', () => {
  it('has each stranger work before a message is paid, and nobody who was here before', async () => {
    const old = newPhone()
    const { challenge_id } = (await ask(old, '203.0.113.9')).body
    const code = await codeTo(old)
    const login = (await post('/api/auth/otp/verify', { challenge_id, code }, '203.0.113.9')).json()
    for (let n = 0; n < 100; n++) await ask('+5352123456', `198.51.100.${n % 11}`)
    const peace = await ask(newPhone(), '203.0.113.1')
    for (let n = 0; n < 2; n++) await ask('+5352123456', `192.0.2.${n}`)
    const phone = newPhone()
    const siege = await ask(phone, '203.0.113.1')
    expect([peace.status, siege.status, siege.body.code]).toEqual([202, 429, 'auth.proof_needed'])
    expect((await ask(phone, '203.0.113.1', { proof: solve(siege.body.details) })).status).toBe(202)
    expect((await ask(old, '203.0.113.1', { device_token: login.device_token })).status).toBe(202)
    // The siege ends two minutes after its last refusal.
    laku.clock.shift(121)
    expect((await ask(newPhone(), '203.0.113.1')).status).toBe(202)
  })

  it('begins with six made-up challenges of three networks, which no browser sends', async () => {
    const guess = (from: string) =>
      post('/api/auth/otp/verify', { challenge_id: newId(), code: '123456' }, from)
    for (let n = 0; n < 10; n++) await guess(`198.51.100.${n % 2}`)
    expect((await ask(newPhone(), '203.0.113.1')).status).toBe(202)
    await guess('198.51.100.3')
    expect((await ask(newPhone(), '203.0.113.1')).body.code).toBe('auth.proof_needed')
  })

  it('is none of one customer’s /48, however many /64 of it are used', async () => {
    for (let n = 0; n < 100; n++) await ask('+5352123456', `2001:db8:6:${n.toString(16)}::1`)
    for (let n = 0; n < 20; n++)
      await post('/api/auth/otp/verify', { challenge_id: newId(), code: '1' }, `2001:db8:6:${n}::1`)
    expect((await ask(newPhone(), '203.0.113.1')).status).toBe(202)
  })

  it('pays for no message that was asked for when it was about to begin', async () => {
    const refuse = (n: number) =>
      post('/api/auth/otp/verify', { challenge_id: newId(), code: '123456' }, `198.51.100.${n}`)
    for (let n = 0; n < 2; n++) await refuse(n)
    // The flood continues while a stranger's request waits.
    const asked = ask(newPhone(), '203.0.113.1')
    await Promise.all([2, 3, 4, 5].map(refuse))
    const early = await asked
    expect([early.status, early.body.code]).toEqual([429, 'auth.proof_needed'])
  })

  it('does not believe a browser that logged in as somebody else', async () => {
    const own = newPhone()
    const { challenge_id } = (await ask(own, '203.0.113.9')).body
    const code = await codeTo(own)
    const { device_token } = (
      await post('/api/auth/otp/verify', { challenge_id, code }, '203.0.113.9')
    ).json()
    for (let n = 0; n < 6; n++)
      await post('/api/auth/otp/verify', { challenge_id: newId(), code }, `198.51.100.${n}`)
    const other = await ask(newPhone(), '203.0.113.9', { device_token })
    expect([other.status, other.body.code]).toEqual([429, 'auth.proof_needed'])
    expect((await ask(own, '203.0.113.9', { device_token })).status).toBe(202)
  })

  it('is made of made-up challenges too, and lets through whoever wrote MASUK', async () => {
    for (let n = 0; n < 40; n++)
      await post('/api/auth/otp/verify', { challenge_id: newId(), code: '123456' }, `198.51.100.${n % 12}`)
    const phone = newPhone()
    expect((await ask(phone, '203.0.113.1')).body.code).toBe('auth.proof_needed')
    const call = { providerMessageId: newId(), from: phone, at: laku.clock.now(), body: 'masuk' }
    await laku.system((work) => answerCalls(work, [call]))
    await sleep(300)
    const asked = await ask(phone, '203.0.113.1')
    expect(asked.status).toBe(202)
    const code = await codeTo(phone)
    const { challenge_id } = asked.body
    expect((await post('/api/auth/otp/verify', { challenge_id, code }, '203.0.113.1')).statusCode).toBe(200)
  })

  it('is none of buyers who mistype their numbers, and none of one network', async () => {
    for (let n = 0; n < 60; n++) await ask('+62811', `198.51.100.${n % 30}`)
    for (let n = 0; n < 60; n++) await ask('+5352123456', `2001:db8:5:5::${n.toString(16)}`)
    expect((await ask(newPhone(), '203.0.113.1')).status).toBe(202)
  })
})

describe('a backlog of one network (the fair gate, at the door)', () => {
  it('stands before that network alone: another stranger comes next, a customer at once', async () => {
    const owner = new pg.Client({ connectionString: laku.ownerUrl })
    await owner.connect()
    const order: string[] = []
    const begin = (name: string, from: string) =>
      ask(newPhone(), from).then(({ status, body }) => {
        order.push(name)
        return body.code ?? status
      })
    try {
      // The table of codes is locked, so the database answers no request for a code.
      await owner.query('begin; lock table otp_challenges in access exclusive mode')
      const flood = Array.from({ length: 120 }, () => begin('flood', '198.51.100.7'))
      await vi.waitFor(() => expect(order.length).toBe(12))
      const buyer = begin('buyer', '203.0.113.8')
      const token = app.signAccessToken({ userId: newId(), authSessionId: newId() })
      const me = await app.inject({ url: '/api/orders', headers: { authorization: `Bearer ${token}` } })
      expect(me.statusCode).toBe(200)
      await owner.query('commit')
      // Eight requests were running and a hundred were waiting. All further requests were told to try again
      // later.
      const answers = await Promise.all(flood)
      expect(answers.filter((answer) => answer === 'http.too_many_requests')).toHaveLength(12)
      expect(await buyer).toBe(202)
      // The buyer came last. Other requests of the flood were served while the buyer's code was made.
      expect(order.indexOf('buyer')).toBeLessThan(12 + 108 / 2)
    } finally {
      await owner.end()
    }
  })
})
