import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { staff } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { expectMoves } from '../../../test/tried.ts'
import { type Actor, newId, type Work } from '../kernel/index.ts'
import {
  activateUser,
  changeUser,
  createUser,
  listUsers,
  requireUser,
  suspendUser,
  type UserStatus,
  userTransitions,
} from './index.ts'

let laku: TestLaku

beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
})
afterAll(() => laku.close())

const support = staff('support')
const as = <T>(actor: Actor, use: (work: Work) => Promise<T>) => laku.as(actor, use)
let numbers = 0
const newUser = () =>
  as(support, (work) => createUser(work, { phone: `0812700000${String(++numbers).padStart(2, '0')}` }))

async function logIn(userId: string): Promise<string> {
  const id = newId()
  const at = { rotatedAt: laku.clock.now(), createdAt: laku.clock.now(), expiresAt: new Date('2030-01-01') }
  await laku.db
    .insertInto('authSessions')
    .values({ id, userId, tokenHash: id, ...at })
    .execute()
  return id
}
const endOf = async (id: string) =>
  (await laku.db.selectFrom('authSessions').select('endedAt').where('id', '=', id).executeTakeFirstOrThrow())
    .endedAt

describe('suspending a user', () => {
  it('needs a reason, ends every log-in of theirs and of nobody else, and is undone by activating', async () => {
    const [user, other] = [await newUser(), await newUser()]
    const [mine, second, theirs] = [await logIn(user.id), await logIn(user.id), await logIn(other.id)]
    expect(await refusal(as(support, (work) => suspendUser(work, { userId: user.id })))).toBe(
      'kernel.reason_required',
    )
    const suspended = await as(support, (work) =>
      suspendUser(work, { userId: user.id, reason: 'stolen phone' }),
    )
    expect(suspended.status).toBe('suspended')
    expect([await endOf(mine), await endOf(second)].every(Boolean)).toBe(true)
    expect(await endOf(theirs)).toBeNull()
    const again = as(admin, (work) => suspendUser(work, { userId: user.id }))
    expect(await refusal(again)).toBe('kernel.illegal_transition')
    expect((await as(support, (work) => activateUser(work, { userId: user.id }))).status).toBe('active')
    const { data } = await as(support, (work) => listUsers(work, { limit: 1, status: 'active' }))
    expect(data[0]?.suspendedBecause).toBeNull()
  })

  it('is support’s, and of a user that there is', async () => {
    const user = await newUser()
    const warehouse = staff('warehouse', 'x')
    expect(await refusal(as(warehouse, (work) => suspendUser(work, { userId: user.id })))).toBe(
      'kernel.forbidden',
    )
    expect(await refusal(as(admin, (work) => suspendUser(work, { userId: newId() })))).toBe('user.not_found')
  })
})

it('a user makes every move of their table, and no other', async () => {
  const { id } = await newUser()
  const uses = [
    ['suspended', (work: Work) => suspendUser(work, { userId: id, reason: 'a test' })],
    ['active', (work: Work) => activateUser(work, { userId: id })],
  ] as const
  const along = (from: UserStatus) => sql`deleted_at = ${from === 'deleted' ? laku.clock.now() : null}`
  await expectMoves(laku, { machine: userTransitions, table: 'users', id, along, uses })
})

describe('changing a user', () => {
  it('takes a number that is free, and keeps which fields changed but not what was in them', async () => {
    const [user, other] = [await newUser(), await newUser()]
    const taken = as(support, (work) =>
      changeUser(work, { userId: user.id, phone: other.phone as string, phoneProven: true }),
    )
    expect(await refusal(taken)).toBe('user.phone_taken')
    const changed = await as(support, (work) =>
      changeUser(work, { userId: user.id, phone: '0813-9999-0001', phoneProven: true, name: 'Budi' }),
    )
    expect(changed).toMatchObject({ phone: '+6281399990001', name: 'Budi' })
    const audit = await laku.db.selectFrom('auditLog').selectAll().where('subjectId', '=', user.id).execute()
    expect(JSON.stringify(audit)).not.toContain('81399990001')
    expect(audit.at(-1)?.after).toEqual({ changed: ['phone', 'name'] })
  })

  it('finds a user by number in any writing, or by id', async () => {
    const user = await newUser()
    const found = await laku.system((work) =>
      requireUser(work.tx, (user.phone as string).replace('+62', '0')),
    )
    expect(found.id).toBe(user.id)
    expect((await laku.system((work) => requireUser(work.tx, user.id))).id).toBe(user.id)
    expect(await refusal(laku.system((work) => requireUser(work.tx, '0899-9999-9999')))).toBe(
      'user.not_found',
    )
  })
})
