import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { refusal } from '../../../test/storefront.ts'
import { finalStates, machineOf, moveState, newId, openStates, statesOf, type Transitions } from './index.ts'

type Status = 'active' | 'suspended' | 'deleted'
const transitions: Transitions<Status> = {
  active: ['suspended'],
  suspended: ['active', 'deleted'],
  deleted: [],
}
const machine = machineOf('user', 'users', transitions)

describe('a move of states', () => {
  let laku: TestLaku
  let phones = 0
  beforeAll(async () => {
    laku = await openTestLaku()
  })
  afterAll(() => laku.close())

  const users = async (...states: Status[]) => {
    const ids = states.map(() => newId())
    for (const [index, status] of states.entries()) {
      await sql`insert into users (id, phone, status, created_at, updated_at, deleted_at)
        values (${ids[index]}, ${`+62812000000${phones++}`}, ${status}, now(), now(),
          case when ${status} = 'deleted' then now() end)`.execute(laku.db)
    }
    return ids
  }
  const standing = async (ids: readonly string[]) => {
    const { rows } = await sql<{ id: string; status: string; name: string | null }>`
      select id, status, name from users where id = any(${ids}::uuid[])`.execute(laku.db)
    return ids.map((id) => rows.find((row) => row.id === id))
  }
  const states = async (ids: readonly string[]) => (await standing(ids)).map((row) => row?.status)

  it('moves what may move in one statement, and says what did', async () => {
    const ids = await users('active', 'suspended', 'deleted')
    const sent: string[] = []
    laku.wire.rewrite = (text) => {
      sent.push(text)
      return text
    }
    const moved = await laku.system((work) => moveState(work, machine, { to: 'suspended', ids }))
    laku.wire.rewrite = (text) => text
    expect(moved).toEqual([{ id: ids[0] }])
    expect(await states(ids)).toEqual(['suspended', 'suspended', 'deleted'])
    expect(sent.filter((text) => text.includes('users'))).toHaveLength(1)
  })

  it('writes what each row brings, and what all are given, as SQL too', async () => {
    const ids = await users('active', 'suspended')
    const rows = [
      { id: ids[0] as string, status: 'suspended', name: 'Ani', suspendedBecause: 'x' },
      { id: ids[1] as string, status: 'active', name: 'Budi', suspendedBecause: 'y' },
    ]
    const moved = await laku.system((work) =>
      moveState(work, machine, {
        rows,
        set: { name: sql`upper(r.name)`, email: 'a@b.id' },
        returning: sql<{ of: string; email: string }>`t.id as of, t.email`,
      }),
    )
    expect(moved.toSorted((a, b) => a.of.localeCompare(b.of))).toEqual(
      ids.toSorted().map((of) => ({ of, email: 'a@b.id' })),
    )
    expect(await standing(ids)).toEqual([
      { id: ids[0], status: 'suspended', name: 'ANI' },
      { id: ids[1], status: 'active', name: 'BUDI' },
    ])
  })

  it('takes from each row only a state that leads to the row’s own', async () => {
    const ids = await users('active', 'suspended')
    const rows = ids.map((id) => ({ id, status: 'deleted' }))
    const moved = await laku.system((work) =>
      moveState(work, machine, { rows, set: { deletedAt: work.now } }),
    )
    expect(moved).toEqual([{ id: ids[1] }])
  })

  it('refuses all where all were to move, and names what would have been legal', async () => {
    const ids = await users('suspended', 'deleted')
    const move = laku.system((work) => moveState(work, machine, { to: 'active', ids, all: true }))
    await expect(move).rejects.toMatchObject({
      code: 'kernel.illegal_transition',
      details: { subject: 'user', id: ids[1], from: 'deleted', to: 'active', allowed: [] },
    })
    expect(await states(ids)).toEqual(['suspended', 'deleted'])
  })

  it('writes a row that stays where it is only if told to', async () => {
    const ids = await users('suspended')
    const again = (stays: boolean) =>
      laku.system((work) => moveState(work, machine, { to: 'suspended', ids, stays, set: { name: 'C' } }))
    expect(await again(false)).toEqual([])
    expect(await again(true)).toEqual([{ id: ids[0] }])
  })

  it('takes a state that is computed, from where it is legal', async () => {
    const ids = await users('active', 'suspended', 'deleted')
    const to = sql<Status>`case t.status when 'active' then 'suspended' when 'suspended' then 'active' else 'active' end`
    await laku.system((work) => moveState(work, machine, { to, ids }))
    expect(await states(ids)).toEqual(['suspended', 'active', 'deleted'])
  })

  it('narrows where a move may begin, and refuses a narrowing that the machine does not know', async () => {
    const ids = await users('suspended')
    const from = (status: Status) =>
      laku.system((work) => moveState(work, machine, { to: 'active', from: status, ids }))
    await expect(from('deleted')).rejects.toThrow('no machine lets a user move from deleted to active')
    expect(await from('suspended')).toHaveLength(1)
  })

  it('asks the database nothing where nothing is named', async () => {
    expect(await refusal(laku.system((work) => moveState(work, machine, { to: 'active', ids: [] })))).toBe(
      'ok',
    )
  })
})

it('a machine has states that go on and states that end', () => {
  expect(statesOf(transitions)).toEqual(['active', 'suspended', 'deleted'])
  expect(openStates(transitions)).toEqual(['active', 'suspended'])
  expect(finalStates(transitions)).toEqual(['deleted'])
})
