import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { enrolAdmin, hire } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { newId, requireOtherHands, StaffProof } from '../kernel/index.ts'
import { createStaff, issueStaffToken, listStaff, revokeStaff, staffByToken } from './index.ts'

type Member = Awaited<ReturnType<typeof hire>>

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku()
  await enrolAdmin(laku)
})
afterAll(() => laku.close())

const whoHolds = (token: string) => laku.system((work) => staffByToken(work.tx, token, work.now))

it('a member of staff acts by a token, which is shown once, expires and is revoked', async () => {
  const budi = await laku.as(admin, (work) => createStaff(work, { name: 'budi', role: 'finance' }))
  const give = (days: number) => laku.as(admin, (work) => issueStaffToken(work, { staffId: budi.id, days }))
  const { token } = await give(30)
  expect(token).toMatch(/^lkst_[\w-]{43}$/)
  const rows = await laku.db.selectFrom('staffTokens').selectAll().execute()
  const audit = await laku.db.selectFrom('auditLog').selectAll().where('subjectId', '=', budi.id).execute()
  expect(JSON.stringify([rows, audit])).not.toContain(token.slice(5))
  expect(audit.map(({ command, actorName, reason }) => [command, actorName, reason])).toEqual([
    ['auth staff add', 'ana', 'a test'],
    ['auth staff add', 'ana', 'a test'],
  ])
  const actor = { kind: 'staff', id: budi.id, name: 'budi', role: 'finance' }
  const holder = await whoHolds(token)
  expect(holder).toMatchObject(actor)
  expect(JSON.stringify(holder)).toBe(JSON.stringify(actor))
  expect(await whoHolds(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined()

  laku.clock.shift(30 * 86_400 - 10)
  expect(await whoHolds(token)).toMatchObject(actor)
  laku.clock.shift(20)
  expect(await whoHolds(token)).toBeUndefined()
  laku.clock.shift(-30 * 86_400 - 10)
  await laku.as(admin, (work) => revokeStaff(work, { staff: 'budi', suspend: false }))
  expect(await whoHolds(token)).toBeUndefined()
  const again = await give(1)
  expect(await whoHolds(again.token)).toMatchObject(actor)
  await laku.as(admin, (work) => revokeStaff(work, { staff: budi.id, suspend: true }))
  expect(await whoHolds(again.token)).toBeUndefined()
  expect(await refusal(give(1))).toBe('auth.staff_not_found')
})

it('only an admin makes staff, each name once, and tokens only for those there are', async () => {
  const finance = await hire(laku, 'finance')
  const make = { name: 'dewi', role: 'admin' } as const
  const nobody = { staffId: newId(), days: 1 }
  expect(await refusal(laku.as(finance, (work) => createStaff(work, make)))).toBe('kernel.forbidden')
  await laku.as(admin, (work) => createStaff(work, make))
  expect(await refusal(laku.as(admin, (work) => createStaff(work, make)))).toBe('auth.staff_name_taken')
  expect(await refusal(laku.as(admin, (work) => issueStaffToken(work, nobody)))).toBe('auth.staff_not_found')
  expect(await refusal(laku.as(finance, (work) => issueStaffToken(work, nobody)))).toBe('kernel.forbidden')
  const own = { staff: 'ana', suspend: true }
  expect(await refusal(laku.as(admin, (work) => revokeStaff(work, own)))).toBe('auth.own_rights')
})

describe("the application's connection alone", () => {
  const raw = async (text: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: laku.urls.app })
    await client.connect()
    try {
      await client.query(text, values)
      return 'done'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      await client.end()
    }
  }

  it.each([
    "insert into staff (id, name, role, created_at) values (gen_random_uuid(), 'eve', 'admin', now())",
    "update staff set role = 'admin'",
    'update staff set vouched_by = null',
    'delete from staff',
    "insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at) select gen_random_uuid(), id, 'h', now(), now() + interval '1 day' from staff",
    "update staff_tokens set expires_at = now() + interval '99 years'",
    'delete from staff_tokens',
    'truncate staff cascade',
    'update clock set shift_s = 1',
    'delete from clock',
    "insert into database_environment (name) values ('development')",
    "insert into database_keys (purpose, id) values ('seal', 'abcdefgh')",
    'create temporary table staff (id uuid)',
    'create table public.mine (id uuid)',
    'create schema mine',
    "select note_by_staff(s, 'r', null, 'c', 'k', 'i', null, null) from staff s",
    "select acting_administrator('lkst_x')",
    'alter function acting_administrator(text) owner to laku_app',
  ])('may not %s', async (statement) => {
    expect(await raw(statement)).toMatch(/permission denied|must be owner|is refused/)
  })

  it('calls the functions for nothing: a hash that it can read is no token, nor is one that ended or is not an admin’s', async () => {
    const [finance, gone] = [await hire(laku, 'finance'), await hire(laku, 'admin')]
    await laku.as(admin, (work) => revokeStaff(work, { staff: gone.id, suspend: false }))
    const { rows } = await sql<{ tokenHash: string }>`
      select token_hash from staff_tokens where staff_id = ${(admin as Member).id}::uuid`.execute(laku.db)
    const tokens = [rows[0]?.tokenHash, finance.proof?.reveal(), gone.proof?.reveal(), '', null]
    const calls = [
      "select staff_add($1, gen_random_uuid(), 'eve', 'admin', 'r', null)",
      "select staff_give_token($1, gen_random_uuid(), (select id from staff where name = 'ana'), repeat('a', 43), 1, 'r', null)",
      "select staff_end_tokens($1, (select id from staff where name = 'ana'), true, 'r', null)",
      "select clock_shift($1, 86400, 'r', null)",
    ]
    for (const call of calls) {
      for (const token of tokens) expect(await raw(call, [token])).toBe('kernel.forbidden')
    }
    expect(await whoHolds(String((admin as Member).proof?.reveal()))).toMatchObject({ name: 'ana' })
  })

  it('acts as the system for nothing: whoever holds the process has no token either', async () => {
    expect(await refusal(laku.system((work) => createStaff(work, { name: 'eve', role: 'admin' })))).toBe(
      'kernel.forbidden',
    )
    const forged = { ...(admin as Member), proof: new StaffProof('lkst_forged') }
    expect(await refusal(laku.as(forged, (work) => createStaff(work, { name: 'eve', role: 'admin' })))).toBe(
      'kernel.forbidden',
    )
    expect(system.kind).toBe('system')
  })

  it('moves the clock of development alone, and only forward', async () => {
    const token = (admin as Member).proof?.reveal()
    expect(await raw("select clock_shift($1, -1, 'r', null)", [token])).toBe('kernel.clock_is_real')
    await query(
      laku.ownerUrl,
      'alter table database_environment disable trigger user',
      "update database_environment set name = 'production'",
    )
    expect(await raw("select clock_shift($1, 1, 'r', null)", [token])).toBe('kernel.clock_is_real')
  })
})

it('are in the hands of the administrator whom the owner let in, however long the chain', async () => {
  const [ana, budi] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
  const deputy = await hire(laku, 'admin', ana)
  const [clerk, theirs] = [await hire(laku, 'finance', deputy), await hire(laku, 'finance', budi)]
  const { data } = await laku.as(ana, (work) => listStaff(work, { limit: 500 }))
  const handOf = Object.fromEntries(data.map((row) => [row.name, row.vouchedBy]))
  expect([ana, budi, deputy, clerk, theirs].map(({ name }) => handOf[name])).toEqual([
    ...[null, null, ana.name],
    ...[ana.name, budi.name],
  ])
  const refused = async (first: Member, second: Member) =>
    (await refusal(laku.as(second, (work) => requireOtherHands(work, first.id)))) === 'kernel.same_hands' &&
    (await refusal(laku.as(second, (work) => requireOtherHands(work, `staff:${first.name}`)))) ===
      'kernel.same_hands'
  const inHands = [ana, deputy, clerk]
  for (const first of inHands) for (const second of inHands) expect(await refused(first, second)).toBe(true)
  for (const first of inHands) {
    for (const second of [budi, theirs]) {
      expect([await refused(first, second), await refused(second, first)]).toEqual([false, false])
    }
  }
})

it('get a token from no other administrator, who would know it then', async () => {
  const [ana, budi] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
  const clerk = await hire(laku, 'finance', ana)
  const token = { staffId: clerk.id, days: 1 }
  expect(await refusal(laku.as(budi, (work) => issueStaffToken(work, token)))).toBe('auth.in_other_hands')
  expect(await refusal(laku.as(budi, (work) => issueStaffToken(work, { ...token, staffId: ana.id })))).toBe(
    'auth.in_other_hands',
  )
  expect(await refusal(laku.as(ana, (work) => issueStaffToken(work, token)))).toBe('ok')
})
