import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../test/laku.ts'
import { startAuthSession } from '../domain/auth/logins/start.ts'
import { activateUser, registerUser, suspendUser } from '../domain/user/index.ts'
import { buildServer } from './server.ts'

let laku: TestLaku
let app: FastifyInstance
let people = 0

beforeAll(async () => {
  // The list of ended log-ins is read every 15 s. With fake timers, the tests decide when that happens.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  laku = await openTestLaku({ jobs: [] })
  app = await buildServer(laku)
})
afterAll(async () => {
  await app.close()
  vi.useRealTimers()
  await laku.close()
})

interface LoggedIn {
  userId: string
  token: string
}

async function logIn(server = app): Promise<LoggedIn> {
  const phone = `+62812444${String(++people).padStart(5, '0')}`
  const { user, authSessionId } = await laku.system(async (work) =>
    startAuthSession(work, await registerUser(work, { phone })),
  )
  return { userId: user.id, token: server.signAccessToken({ userId: user.id, authSessionId }) }
}
const statusWith = async (token: string, server = app) => {
  const headers = { authorization: `Bearer ${token}` }
  return (await server.inject({ method: 'GET', url: '/api/users/me', headers })).statusCode
}
/** Returns another server of the same laku with these secrets; the first one signs tokens. */
const serverWith = (...jwtSecret: string[]) =>
  buildServer(Object.create(laku, { config: { value: { ...laku.config, jwtSecret } } }) as TestLaku)
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('an access token', () => {
  it('opens the door for fifteen minutes', async () => {
    const { token } = await logIn()
    laku.clock.shift(15 * 60 - 1)
    expect(await statusWith(token)).toBe(200)
    laku.clock.shift(1)
    expect(await statusWith(token)).toBe(401)
  })

  it('is good while the secret that signed it is one of those named, and signed by the first: twice in a row', async () => {
    const [one, two, three] = ['first', 'second', 'third'].map(
      (name) => `the ${name} secret of forty characters or so`,
    )
    const servers = await Promise.all([
      serverWith(one!),
      serverWith(two!, one!),
      serverWith(three!, two!, one!),
      serverWith(three!, two!),
      serverWith(three!),
    ])
    const [first, second, all, fewer, last] = servers
    const tokens = [(await logIn(first)).token, (await logIn(second)).token, (await logIn(all)).token]
    const seenBy = (server = app) => Promise.all(tokens.map((token) => statusWith(token, server)))
    expect(await seenBy(second)).toEqual([200, 200, 401])
    expect(await seenBy(all)).toEqual([200, 200, 200])
    expect(await seenBy(fewer)).toEqual([401, 200, 200])
    expect(await seenBy(last)).toEqual([401, 401, 200])
    await Promise.all(servers.map((server) => server.close()))
  })

  it('is none that anybody else made: of another key, of no key, or with other words in it', async () => {
    const [mine, other] = [await logIn(), await logIn()]
    const [head = '', claims = '', signature = ''] = mine.token.split('.')
    const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object
    const forged = part({ ...said, sub: other.userId })
    const by = (key: string) => createHmac('sha256', key).update(`${head}.${forged}`).digest('base64url')
    expect(await statusWith(`${head}.${claims}.${signature}`)).toBe(200)
    expect(await statusWith(`${head}.${forged}.${signature}`)).toBe(401)
    expect(await statusWith(`${head}.${forged}.${by('a guess')}`)).toBe(401)
    expect(await statusWith(`${part({ alg: 'none', typ: 'JWT' })}.${forged}.`)).toBe(401)
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
    expect(await statusWith(`${part({ ...header, alg: 'none' })}.${forged}.`)).toBe(401)
  })
})

describe('suspending a user', () => {
  beforeEach(() => vi.advanceTimersByTimeAsync(15_000))

  it('ends their access within a minute, at every server, and nobody else’s', async () => {
    const elsewhere = await serverWith(...laku.config.jwtSecret)
    const [gone, other] = [await logIn(), await logIn()]
    await laku.as({ ...admin, reason: 'stolen phone' } as never, (work) =>
      suspendUser(work, { userId: gone.userId }),
    )
    await vi.advanceTimersByTimeAsync(15_000)
    await expect.poll(() => statusWith(gone.token)).toBe(401)
    await expect.poll(() => statusWith(gone.token, elsewhere)).toBe(401)
    expect([await statusWith(other.token), await statusWith(other.token, elsewhere)]).toEqual([200, 200])
    await laku.as(admin, (work) => activateUser(work, { userId: gone.userId }))
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await statusWith(gone.token)).toBe(401)
    await elsewhere.close()
  })
})
