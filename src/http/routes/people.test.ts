import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { secretParamsOf } from '../../domain/whatsapp/index.ts'
import { buildServer } from '../server.ts'
import { addressRoutes } from './addresses.ts'
import { authRoutes } from './auth.ts'
import { notificationRoutes } from './notifications.ts'
import { userRoutes } from './users.ts'

let laku: TestLaku
let app: FastifyInstance
let people = 0
beforeAll(async () => {
  laku = await openTestLaku({
    choreography: { 'user.registered': {}, 'otp.requested': {}, 'whatsapp.queued': {} },
  })
  app = await buildServer(laku)
  for (const [url, routes] of [
    ['/api/auth/otp', authRoutes],
    ['/api/users/me', userRoutes],
    ['/api/addresses', addressRoutes],
    ['/api/notifications', notificationRoutes],
  ] as const) {
    const method = url === '/api/auth/otp' ? 'POST' : 'GET'
    if (!app.hasRoute({ method, url })) await app.register(routes(laku))
  }
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
const call = async (
  method: Method,
  url: string,
  options: { token?: string; body?: object; key?: string } = {},
) => {
  const { token, body, key } = options
  const headers = {
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(key ? { 'idempotency-key': key } : {}),
  }
  const reply = await app.inject({ method, url, headers, ...(body ? { payload: body } : {}) })
  return { status: reply.statusCode, body: reply.body === '' ? undefined : reply.json() }
}
const codeOf = async (challengeId: string) =>
  (await laku.system((work) => secretParamsOf(work, `otp:${challengeId}`)))?.[0] as string
const login = async (name?: string) => {
  const phone = `0812666${(people++).toString().padStart(5, '0')}`
  const asked = await call('POST', '/api/auth/otp', { body: { phone } })
  const { challenge_id } = asked.body
  const body = { challenge_id, code: await codeOf(challenge_id), ...(name ? { name } : {}) }
  return { asked, verified: await call('POST', '/api/auth/otp/verify', { body }) }
}

const home = {
  label: 'Rumah',
  recipient_name: 'Siti',
  phone: '081234567890',
  street: 'Jl. Melati 1',
  district: 'Coblong',
  city: 'Bandung',
  province: 'Jawa Barat',
  postal_code: '40132',
}

describe('logging in', () => {
  it('by a code gives tokens that open the door, until the log-out', async () => {
    const { asked, verified } = await login('Siti')
    expect(asked).toEqual({ status: 202, body: { challenge_id: expect.any(String), expires_in_s: 300 } })
    expect(verified.status).toBe(200)
    expect(verified.body).toMatchObject({
      expires_in_s: 900,
      user: { name: 'Siti', phone: expect.stringMatching(/^\+62/) },
    })
    const { access_token: token, refresh_token } = verified.body
    expect((await call('GET', '/api/users/me', { token })).body).toEqual({ ...verified.body.user })
    const refreshed = await call('POST', '/api/auth/refresh', { body: { refresh_token } })
    expect(refreshed.status).toBe(200)
    expect((await call('POST', '/api/auth/logout', { token })).status).toBe(204)
    const after = await call('POST', '/api/auth/refresh', {
      body: { refresh_token: refreshed.body.refresh_token },
    })
    expect(after.body.code).toBe('auth.refresh_invalid')
  })

  it('counts wrong codes though it refuses them', async () => {
    const { body } = await call('POST', '/api/auth/otp', { body: { phone: '081266699999' } })
    const code = await codeOf(body.challenge_id)
    const wrong = { challenge_id: body.challenge_id, code: code === '000000' ? '111111' : '000000' }
    for (const tries_left of [4, 3]) {
      const answer = await call('POST', '/api/auth/otp/verify', { body: wrong })
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'auth.code_wrong', details: { tries_left } },
      })
    }
    expect((await call('POST', '/api/auth/otp/verify', { body: { ...wrong, code } })).status).toBe(200)
  })

  it('is limited with Retry-After, and wants a number', async () => {
    const ask = () => app.inject({ method: 'POST', url: '/api/auth/otp', payload: { phone: '081266688888' } })
    for (let n = 0; n < 6; n++) expect((await ask()).statusCode).toBe(202)
    const limited = await ask()
    expect([limited.statusCode, limited.headers['retry-after']]).toEqual([429, '60'])
    const unknown = await call('POST', '/api/auth/otp', { body: { phone: '12345678' } })
    expect(unknown).toMatchObject({ status: 400, body: { code: 'user.phone_invalid' } })
    const odd = await call('POST', '/api/auth/otp', { body: { phone: '081266688888', admin: true } })
    expect(odd).toMatchObject({ status: 400, body: { code: 'http.invalid' } })
  })
})

describe('a customer', () => {
  it('changes their profile', async () => {
    const token = (await login()).verified.body.access_token
    const changed = await call('PATCH', '/api/users/me', {
      token,
      body: { name: ' Siti ', email: 's@example.test' },
    })
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'Siti', email: 's@example.test', locale: 'id' },
    })
    expect((await call('PATCH', '/api/users/me', { token, body: { email: 'no' } })).status).toBe(400)
    expect((await call('PATCH', '/api/users/me', { token, body: { status: 'active' } })).status).toBe(400)
    expect((await call('GET', '/api/users/me')).status).toBe(401)
  })

  it('keeps addresses, which nobody else sees', async () => {
    const token = (await login()).verified.body.access_token
    const other = (await login()).verified.body.access_token
    const made = await call('POST', '/api/addresses', { token, body: home, key: 'one' })
    expect(made).toMatchObject({ status: 201, body: { ...home, phone: '+6281234567890', is_default: true } })
    expect(await call('POST', '/api/addresses', { token, body: home, key: 'one' })).toEqual(made)
    const second = await call('POST', '/api/addresses', { token, body: { ...home, label: 'Kantor' } })
    const url = `/api/addresses/${second.body.id}`
    expect((await call('POST', `${url}/default`, { token })).body.is_default).toBe(true)
    expect((await call('PATCH', url, { token, body: { city: 'Cimahi' } })).body).toMatchObject({
      city: 'Cimahi',
      is_default: true,
    })
    const { data } = (await call('GET', '/api/addresses', { token })).body
    expect(data.map((row: typeof made.body) => [row.label, row.is_default])).toEqual([
      ['Kantor', true],
      ['Rumah', false],
    ])
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await call(method, url, { token: other })).body.code).toBe('address.not_found')
    }
    expect((await call('DELETE', url, { token })).status).toBe(204)
    expect((await call('GET', url, { token })).status).toBe(404)
    expect(
      (await call('POST', '/api/addresses', { token, body: { ...home, postal_code: '4' } })).status,
    ).toBe(400)
  })

  it('has an inbox', async () => {
    const token = (await login()).verified.body.access_token
    expect(await call('GET', '/api/notifications?limit=5', { token })).toEqual({
      status: 200,
      body: { data: [], next_cursor: null },
    })
    const none = '/api/notifications/00000000-0000-7000-8000-000000000000/read'
    expect((await call('POST', none, { token })).body.code).toBe('notification.not_found')
    expect((await call('GET', '/api/notifications')).status).toBe(401)
  })
})
