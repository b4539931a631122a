import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { secondsAfter, Vault, type Work } from '../../kernel/index.ts'
import { registerUser, userById } from '../../user/index.ts'
import { endedSessionsSince, logout, pruneAuthSessions, pruneChallenges, refreshLogin } from '../index.ts'
import { newBranch, newRefreshToken } from './refresh-token.ts'
import { startAuthSession } from './start.ts'

let laku: TestLaku
let people = 0
beforeAll(async () => {
  laku = await openTestLaku({ choreography: { 'user.registered': {} } })
})
afterAll(() => laku.close())

const login = async (device?: string) => {
  const phone = `+62812888${(people++).toString().padStart(5, '0')}`
  return await laku.system(async (work) =>
    startAuthSession(work, await registerUser(work, { phone }), device),
  )
}
const refresh = (token: string, device?: string) => laku.system((work) => refreshLogin(work, token, device))
const refreshed = async (token: string, device?: string) => {
  const outcome = await refresh(token, device)
  if (outcome.refused) throw outcome.refused
  return outcome.login.refreshToken
}
const workOf = ({ tx, now, policy, actor }: Work) => ({ tx, now, policy, actor }) as Work
const session = (id: string) =>
  laku.db.selectFrom('authSessions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

describe('refresh tokens', () => {
  it('rotate, keep the log-in going, and are stored as hashes', async () => {
    const { authSessionId, refreshToken, refreshExpiresAt, user } = await login()
    expect(refreshExpiresAt).toEqual(secondsAfter(laku.clock.now(), 30 * 86_400))
    laku.clock.shift(29 * 86_400)
    const outcome = await refresh(refreshToken)
    expect(outcome).toMatchObject({ login: { user, authSessionId } })
    const next = outcome.refused ? '' : outcome.login.refreshToken
    expect(next).not.toBe(refreshToken)
    const stored = JSON.stringify(await session(authSessionId))
    expect(stored).not.toContain(next.split('.')[1])
    laku.clock.shift(29 * 86_400)
    await refreshed(next)
  })

  it('used again after the grace end the family', async () => {
    const { authSessionId, refreshToken } = await login()
    const next = await refreshed(refreshToken)
    laku.clock.shift(30.001)
    expect((await refresh(refreshToken)).refused?.code).toBe('auth.refresh_invalid')
    expect(await session(authSessionId)).toMatchObject({ endedBecause: 'reuse' })
    expect((await refresh(next)).refused?.code).toBe('auth.refresh_invalid')
  })

  it('have one spelling: the other last characters that stand for the same bits are made up', async () => {
    const { authSessionId, refreshToken } = await login()
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const others = [...letters].map((letter) => refreshToken.slice(0, -1) + letter)
    for (const token of others.filter((other) => other !== refreshToken))
      expect((await refresh(token)).refused?.code).toBe('auth.refresh_invalid')
    expect(await session(authSessionId)).toMatchObject({ endedAt: null })
    await refreshed(refreshToken)
  })

  it('from long ago end the family too', async () => {
    const { authSessionId, refreshToken } = await login()
    const next = await refreshed(await refreshed(refreshToken))
    expect((await refresh(refreshToken)).refused?.code).toBe('auth.refresh_invalid')
    expect(await session(authSessionId)).toMatchObject({ endedBecause: 'reuse' })
    expect((await refresh(next)).refused).toBeDefined()
  })

  it('used again within thirty seconds make up for a lost answer', async () => {
    const { authSessionId, refreshToken } = await login()
    const lost = await refreshed(refreshToken)
    laku.clock.shift(30)
    const fresh = await refreshed(refreshToken)
    expect(fresh).not.toBe(lost)
    await refreshed(fresh)
    expect((await session(authSessionId)).endedAt).toBeNull()
  })

  it('sent by two tabs at the same time keep both logged in, for as long as they go on', async () => {
    const { authSessionId, refreshToken } = await login()
    let tabs = await Promise.all([refreshed(refreshToken), refreshed(refreshToken)])
    for (let round = 0; round < 3; round++) {
      laku.clock.shift(900)
      tabs = [await refreshed(tabs[0]), await refreshed(tabs[1])]
    }
    expect((await session(authSessionId)).endedAt).toBeNull()
    expect(new Set(tabs).size).toBe(2)
  })

  it('used again from another device end the family at once', async () => {
    const { user, authSessionId, refreshToken } = await login('phone')
    await refreshed(refreshToken, 'phone')
    await refreshed(refreshToken, 'phone')
    expect((await refresh(refreshToken, 'laptop')).refused?.code).toBe('auth.refresh_invalid')
    expect(await session(authSessionId)).toMatchObject({ userId: user.id, endedBecause: 'reuse' })
  })

  it('that are made up, or of a server with another key, prove nothing and change nothing', async () => {
    const { authSessionId, refreshToken } = await login()
    const other = new Vault('a key of another server, of sixteen')
    const issued = { authSessionId, branch: newBranch(), generation: 1 }
    const foreign = newRefreshToken(other, issued)
    const madeUp = `${authSessionId}.${randomBytes(32).toString('base64url')}`
    for (const token of [foreign, madeUp, newRefreshToken(laku.vault, issued)])
      expect((await refresh(token)).refused?.code).toBe('auth.refresh_invalid')
    expect((await session(authSessionId)).endedAt).toBeNull()
    const elsewhere = await laku.system((work) =>
      refreshLogin({ ...workOf(work), vault: other }, refreshToken),
    )
    expect(elsewhere.refused?.code).toBe('auth.refresh_invalid')
    await refreshed(refreshToken)
  })

  it('end with their time, and with their user', async () => {
    const { refreshToken } = await login()
    laku.clock.shift(30 * 86_400)
    expect((await refresh(refreshToken)).refused?.code).toBe('auth.refresh_invalid')
    const suspended = await login()
    await laku.db
      .updateTable('users')
      .set({ status: 'suspended' })
      .where('id', '=', suspended.user.id)
      .execute()
    expect((await refresh(suspended.refreshToken)).refused?.code).toBe('auth.user_suspended')
    expect(await session(suspended.authSessionId)).toMatchObject({ endedBecause: 'suspended' })
  })

  it.each(['', 'x', 'lkst_x', '00000000-0000-7000-8000-000000000000.short'])('%j is none', async (token) => {
    expect((await refresh(token)).refused?.code).toBe('auth.refresh_invalid')
  })
})

describe('logging out', () => {
  it("ends a log-in of one's own, at once and for the door's list", async () => {
    laku.clock.shift(1)
    const mine = await login()
    const other = await login()
    const me = { kind: 'customer', id: mine.user.id } as const
    await laku.as(me, (work) => logout(work, { authSessionId: other.authSessionId }))
    await laku.as(me, (work) => logout(work, { authSessionId: mine.authSessionId }))
    expect((await refresh(mine.refreshToken)).refused?.code).toBe('auth.refresh_invalid')
    await refreshed(other.refreshToken)
    const since = laku.clock.now()
    expect(await laku.system((work) => endedSessionsSince(work.tx, since))).toEqual([mine.authSessionId])
    laku.clock.shift(1)
    await laku.as(me, (work) => logout(work, { authSessionId: mine.authSessionId }))
    expect((await session(mine.authSessionId)).endedAt).toEqual(since)
  })
})

describe('what is past its time', () => {
  it('is forgotten, a bounded number at a time', async () => {
    const { authSessionId, user } = await login()
    laku.clock.shift(32 * 86_400)
    const live = await login()
    while ((await laku.system((work) => pruneAuthSessions(work, 1))) > 0);
    const left = await laku.db.selectFrom('authSessions').select('id').execute()
    expect(left).toEqual([{ id: live.authSessionId }])
    expect(left).not.toContainEqual({ id: authSessionId })
    expect(await laku.system((work) => userById(work.tx, user.id))).toBeDefined()
    expect(await laku.system((work) => pruneChallenges(work, 10))).toBe(0)
  })
})
