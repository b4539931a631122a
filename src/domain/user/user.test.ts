import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { getMe, normalizePhone, registerUser, updateMe, userById } from './index.ts'

test.each([
  ['0812-3456-7890', '+6281234567890'],
  ['62 812 3456 7890', '+6281234567890'],
  ['+62 812-3456-7890', '+6281234567890'],
  ['+1 415 555 2671', '+14155552671'],
])('%s is %s', (written, e164) => {
  expect(normalizePhone(written)).toBe(e164)
})

test.each(['', '12', 'halo', '021 555 5555', '0812', '+62 812 3456 7890 1234 5'])(
  '%j is no mobile number',
  (written) => {
    expect(() => normalizePhone(written)).toThrow(expect.objectContaining({ code: 'user.phone_invalid' }))
  },
)

describe('users', () => {
  let laku: TestLaku
  beforeAll(async () => {
    laku = await openTestLaku({ choreography: { 'user.registered': {} } })
  })
  afterAll(() => laku.close())

  it('registers a number once, however it is written and however many do it at once', async () => {
    const written = ['081234567890', '+6281234567890', '62 812 3456 7890', '0812-3456-7890']
    const users = await Promise.all(
      written.map((phone) => laku.system((work) => registerUser(work, { phone, name: 'Siti' }))),
    )
    expect(new Set(users.map(({ id }) => id)).size).toBe(1)
    const events = await laku.db
      .selectFrom('events')
      .select('aggregateId')
      .where('type', '=', 'user.registered')
      .execute()
    expect(events).toEqual([{ aggregateId: users[0]?.id }])
    const again = await laku.system((work) => registerUser(work, { phone: '081234567890', name: 'Other' }))
    expect(again).toMatchObject({ name: 'Siti', locale: 'id', status: 'active', email: null })
  })

  it('changes what is given of its own profile, and leaves the rest', async () => {
    const { id } = await laku.system((work) => registerUser(work, { phone: '081234567891', name: 'Budi' }))
    const me = { kind: 'customer', id } as const
    await laku.as(me, (work) => updateMe(work, { email: 'budi@example.test', locale: 'en' }))
    await laku.as(me, (work) => updateMe(work, { name: 'Budi S' }))
    expect(await laku.as(me, getMe)).toEqual({
      id,
      phone: '+6281234567891',
      name: 'Budi S',
      email: 'budi@example.test',
      locale: 'en',
    })
    await laku.as(me, (work) => updateMe(work, { email: null }))
    expect(await laku.system((work) => userById(work.tx, id))).toMatchObject({ email: null, locale: 'en' })
    await expect(laku.system(getMe)).rejects.toMatchObject({ code: 'kernel.forbidden' })
  })
})
