import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
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
  // A siege and all turns are over.
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
    const transactions = vi.spyOn(laku.units, 'run')
    for (let n = 0; n < 30; n++)
      expect((await ask(phone, '198.51.100.1')).body.code).toBe('auth.proof_needed')
    for (let n = 0; n < 30; n++) expect((await ask('+8816200001', '198.51.100.1')).status).toBe(400)
    expect(transactions).not.toHaveBeenCalled()
    // Another number of the same address is free, and so is this one a minute later.
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
    const transactions = vi.spyOn(laku.units, 'run')
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
    for (let n = 0; n < 100; n++) await ask('+8816200001', `198.51.100.${n % 19}`)
    const peace = await ask(newPhone(), '203.0.113.1')
    for (let n = 0; n < 2; n++) await ask('+8816200001', `192.0.2.${n}`)
    const phone = newPhone()
    const siege = await ask(phone, '203.0.113.1')
    expect([peace.status, siege.status, siege.body.code]).toEqual([202, 429, 'auth.proof_needed'])
    expect((await ask(phone, '203.0.113.1', { proof: solve(siege.body.details) })).status).toBe(202)
    expect((await ask(old, '203.0.113.1', { device_token: login.device_token })).status).toBe(202)
  })
})
