import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../../test/global-setup.ts'
import { admin, openTestLaku, system, type TestLaku } from '../../../../test/laku.ts'
import { enrolAdmin, hire } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { endGone } from '../../composition/attention-ends.ts'
import { ConfirmedFactor, DomainError, newId, StaffProof, secondsAfter } from '../../kernel/index.ts'
import { requireSecondPerson, resolveAttention } from '../../ops/index.ts'
import {
  changeRole,
  createStaff,
  issueStaffToken,
  listStaff,
  renameStaff,
  renewToken,
  reportEndingTokens,
  resetFactor,
  revokeStaff,
  staffByToken,
} from '../index.ts'

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

describe("issue 13, tried 1 and 3: the application's connection alone", () => {
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
    "insert into staff_factors (id, staff_id, secret_sealed, created_at) select gen_random_uuid(), id, 's', now() from staff",
    "update staff_factors set secret_sealed = 's'",
    'delete from staff_factor_codes',
    'delete from staff_names',
    'update clock set shift_s = 1',
    'delete from clock',
    "insert into database_environment (name) values ('development')",
    "insert into database_keys (purpose, id) values ('seal', 'abcdefgh')",
    'create temporary table staff (id uuid)',
    'create table public.mine (id uuid)',
    'create schema mine',
    "select note_by_staff(s, 'r', null, 'c', 'k', 'i', null, null) from staff s",
    "select acting_administrator('lkst_x')",
    "select acting_staff('lkst_x')",
    "select note_and_tell(s, 'r', null, 'c', s.id, null, null, 'm') from staff s",
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
      "select staff_activate($1, (select id from staff where name = 'ana'), 'r', null)",
      "select clock_shift($1, 86400, 'r', null)",
      "select staff_renew($1, gen_random_uuid(), (select id from staff where name = 'ana'), repeat('a', 43), 1, 0, 'r', null)",
      "select staff_rename($1, (select id from staff where name = 'ana'), 'eve', 'r', null)",
      "select staff_set_role($1, (select id from staff where name = 'ana'), 'support', 'r', null)",
      "select factor_reset($1, (select id from staff where name = 'ana'), 'r', null)",
      "select factors_reseal($1, '[]')",
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

const same = () => new DomainError({ code: 'x.same', kind: 'conflict', message: 'the same person' })
const asks = (second: Member, first: Member | string) =>
  refusal(
    laku.as(second, (work) => requireSecondPerson(work, typeof first === 'string' ? first : first.id, same)),
  )
const asOwner = (...statements: string[]) => query(laku.ownerUrl, ...statements)

describe('issue 13, deliver 6: a second person', () => {
  it('is anybody but whoever let the other in, however long the chain: two of one administrator are two', async () => {
    const [ana, budi] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
    const deputy = await hire(laku, 'admin', ana)
    const [clerk, theirs] = [await hire(laku, 'finance', deputy), await hire(laku, 'finance', budi)]
    const { data } = await laku.as(ana, (work) => listStaff(work, { limit: 500 }))
    const handOf = Object.fromEntries(data.map((row) => [row.name, row.vouchedBy]))
    expect([ana, budi, deputy, clerk, theirs].map(({ name }) => handOf[name])).toEqual([
      ...[null, null, ana.name],
      ...[deputy.name, budi.name],
    ])
    const above: [Member, Member][] = [
      [ana, deputy],
      [ana, clerk],
      [deputy, clerk],
    ]
    for (const [one, other] of above) {
      expect([await asks(other, one), await asks(one, other)]).toEqual(
        Array(2).fill('kernel.approver_not_independent'),
      )
      expect(await asks(other, `staff:${one.name}`)).toBe('kernel.approver_not_independent')
    }
    const sibling = await hire(laku, 'finance', deputy)
    for (const first of [ana, deputy, clerk, sibling])
      for (const second of [budi, theirs])
        expect([await asks(second, first), await asks(first, second)]).toEqual(['ok', 'ok'])
    expect([await asks(sibling, clerk), await asks(clerk, `staff:${sibling.name}`)]).toEqual(['ok', 'ok'])
  })

  it('has confirmed it by a factor of their own, which nobody has ended since', async () => {
    const [first, second] = [await hire(laku, 'finance'), await hire(laku, 'finance')]
    const { factor: _, ...unconfirmed } = second
    expect(await asks(unconfirmed, first)).toBe('kernel.second_factor_needed')
    expect(await asks({ ...unconfirmed, factor: first.factor as ConfirmedFactor }, first)).toBe(
      'kernel.second_factor_needed',
    )
    const { id } = await laku.db
      .selectFrom('staffFactors')
      .select('id')
      .where('staffId', '=', second.id)
      .executeTakeFirstOrThrow()
    const confirmed = { ...unconfirmed, factor: new ConfirmedFactor(second.id, id) }
    expect(await asks(confirmed, first)).toBe('ok')
    await laku.as(admin, (work) => resetFactor(work, { staff: second.name }))
    expect(await asks(confirmed, first)).toBe('kernel.second_factor_missing')
  })

  it('has had factor and role for a day', async () => {
    const [first, second] = [await hire(laku, 'finance'), await hire(laku, 'finance')]
    const at = (hours: number) => `'${secondsAfter(laku.clock.now(), -hours * 3600).toISOString()}'`
    const factor = (hours: number) =>
      asOwner(`update staff_factors set confirmed_at = ${at(hours)} where staff_id = '${second.id}'`)
    await factor(23)
    expect(await asks(second, first)).toBe('kernel.factor_too_new')
    await factor(25)
    expect(await asks(second, first)).toBe('ok')
    await laku.as(admin, (work) => changeRole(work, { staff: second.id, role: 'admin' }))
    expect(await asks(second, first)).toBe('kernel.role_too_new')
    await asOwner(`update staff set role_since = ${at(25)} where id = '${second.id}'`)
    expect(await asks(second, first)).toBe('ok')
  })

  it('is not whoever gave the other a token, a role, or took their factor, for a day after', async () => {
    const [clerk, boss] = [await hire(laku, 'finance'), await hire(laku, 'admin')]
    expect([await asks(boss, clerk), await asks(clerk, boss)]).toEqual(['ok', 'ok'])
    await laku.as(boss, (work) => renewToken(work, { staff: clerk.name }))
    expect([await asks(boss, clerk), await asks(clerk, boss)]).toEqual(
      Array(2).fill('kernel.approver_not_independent'),
    )
    const ended = (hours: number) =>
      asOwner(
        `update staff_tokens set revoked_at = '${secondsAfter(laku.clock.now(), -hours * 3600).toISOString()}'
         where given_by = '${boss.id}'`,
      )
    await ended(23)
    expect(await asks(boss, clerk)).toBe('kernel.approver_not_independent')
    await ended(25)
    expect(await asks(boss, clerk)).toBe('ok')

    await laku.as(boss, (work) => changeRole(work, { staff: clerk.id, role: 'support' }))
    expect(await asks(boss, clerk)).toBe('kernel.approver_not_independent')
    const other = await hire(laku, 'admin')
    expect(await asks(other, clerk)).toBe('ok')

    const third = await hire(laku, 'finance')
    await laku.as(boss, (work) => resetFactor(work, { staff: third.name }))
    expect([await asks(boss, third), await asks(other, third)]).toEqual([
      'kernel.approver_not_independent',
      'ok',
    ])
  })

  it('stays the same person under another name', async () => {
    const clerk = await hire(laku, 'finance')
    const name = `renamed-${newId().slice(-6)}`
    await laku.as(admin, (work) => renameStaff(work, { staff: clerk.name.toUpperCase(), name }))
    await expect(
      laku.as({ ...clerk, name }, (work) => requireSecondPerson(work, `staff:${clerk.name}`, same)),
    ).rejects.toThrow('the same person')
    const add = laku.as(admin, (work) =>
      createStaff(work, { name: clerk.name.toUpperCase(), role: 'finance' }),
    )
    expect(await refusal(add)).toBe('auth.staff_name_taken')
  })
})

describe('names', () => {
  it('mean one person in any letters, and are never like an id', async () => {
    const add = (name: string) =>
      refusal(laku.as(admin, (work) => createStaff(work, { name, role: 'support' })))
    expect(await add('Wati')).toBe('ok')
    expect(await add('wATI')).toBe('auth.staff_name_taken')
    for (const name of [newId(), newId().toUpperCase(), newId().replaceAll('-', '')])
      expect(await add(name)).toBe('auth.staff_name_refused')
    const [dotted, lined] = [newId().replaceAll('-', '.'), newId().replaceAll('-', '_')]
    const roles = ['Finance', 'ad.min', 'SERVICE', 'staff', 'agent_', 'administrator']
    const alike = ['Wаti', 'ｗati', 'wati\u200b', 'wati ', 'Ána', '-x', '..', 'a']
    for (const name of [
      dotted,
      lined,
      `urn.uuid.${newId()}`,
      `{${newId()}}`,
      'Owner',
      'system',
      ...alike,
      ...roles,
    ])
      expect([name, await add(name)]).toEqual([name, 'auth.staff_name_refused'])
    const renamed = laku.as(admin, (work) => renameStaff(work, { staff: 'wati', name: 'wаti' }))
    expect(await refusal(renamed)).toBe('auth.staff_name_refused')
    await expect(
      asOwner(`insert into staff (id, name, role, created_at) values ('${newId()}', 'WATI', 'admin', now())`),
    ).rejects.toMatchObject({ constraint: 'staff_name_any_case' })
    const { id } = await laku.as(admin, (work) => revokeStaff(work, { staff: 'WATI', suspend: false }))
    expect(await laku.as(admin, (work) => revokeStaff(work, { staff: id, suspend: false }))).toMatchObject({
      name: 'Wati',
    })
  })
})

describe('tokens', () => {
  it('of an administrator are given by who let them in and by themselves alone', async () => {
    const [ana, budi] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
    const clerk = await hire(laku, 'finance', ana)
    const renew = (by: Member, staff: string) => refusal(laku.as(by, (work) => renewToken(work, { staff })))
    expect([await renew(budi, clerk.name), await renew(budi, ana.name)]).toEqual([
      'ok',
      'auth.not_their_administrator',
    ])
    expect(await renew(ana, ana.name)).toBe('ok')
    expect(await refusal(laku.as(ana, (work) => listStaff(work, { limit: 1 })))).toBe('ok')
    // The administrator's own token ended with the renewal.
    expect(await renew(ana, clerk.name)).toBe('kernel.forbidden')
  })

  it('issue 13, deliver 6: of a person end as they are renewed; of a service they have no end, and those before a week', async () => {
    const { id } = await laku.as(admin, (work) =>
      createStaff(work, { name: 'settle-timer', role: 'service' }),
    )
    const first = await laku.as(admin, (work) => issueStaffToken(work, { staffId: id, days: null }))
    expect(first.expiresAt).toBeNull()
    const second = await laku.as(admin, (work) => renewToken(work, { staff: 'settle-timer' }))
    expect(second.expiresAt).toBeNull()
    expect(await whoHolds(first.token)).toMatchObject({ name: 'settle-timer' })
    laku.clock.shift(8 * 86_400)
    expect([await whoHolds(first.token), await whoHolds(second.token)]).toMatchObject([undefined, { id }])
    laku.clock.shift(365 * 86_400)
    expect(await whoHolds(second.token)).toMatchObject({ id })
    laku.clock.shift(-373 * 86_400)

    const clerk = await hire(laku, 'finance')
    const before = clerk.proof?.reveal() ?? ''
    const { token, expiresAt } = await laku.as(admin, (work) => renewToken(work, { staff: clerk.name }))
    expect(expiresAt).toBeInstanceOf(Date)
    expect([await whoHolds(before), await whoHolds(token)]).toMatchObject([undefined, { id: clerk.id }])
    const endless = laku.as(admin, (work) => issueStaffToken(work, { staffId: clerk.id, days: null }))
    expect(await refusal(endless)).toBe('auth.token_needs_end')
    // If a service becomes a person, its token gets an end.
    await laku.as(admin, (work) => changeRole(work, { staff: 'settle-timer', role: 'support' }))
    expect((await whoHolds(second.token))?.proof?.endsAt).toBeInstanceOf(Date)
  })

  it('issue 13, deliver 6: are told of before they end, until they are renewed', async () => {
    const clerk = await hire(laku, 'warehouse')
    await laku.as(admin, (work) => renewToken(work, { staff: clerk.name, days: 10 }))
    const told = () =>
      laku.db
        .selectFrom('attention')
        .select('message')
        .where('kind', '=', 'staff_token_ends')
        .where('resolvedAt', 'is', null)
        .execute()
    await laku.system(reportEndingTokens)
    expect(await laku.system(reportEndingTokens)).toBe(0)
    expect(await told()).toEqual([{ message: expect.stringContaining(`The token of ${clerk.name} ends on`) }])
    await laku.system(endGone)
    expect(await told()).toHaveLength(1)
    await laku.as(admin, (work) => renewToken(work, { staff: clerk.name }))
    await laku.system(endGone)
    expect(await told()).toEqual([])
  })
})

it('a further token is told to all of finance, as a renewal is; the first of somebody new is not', async () => {
  const [clerk, boss] = [await hire(laku, 'finance'), await hire(laku, 'admin')]
  const since = newId()
  await laku.as(boss, (work) => issueStaffToken(work, { staffId: clerk.id, days: 1 }))
  const fresh = await laku.as(boss, (work) => createStaff(work, { name: 'citra', role: 'support' }))
  await laku.as(boss, (work) => issueStaffToken(work, { staffId: fresh.id, days: 1 }))
  const word = await laku.db
    .selectFrom('attention')
    .select('message')
    .where('kind', '=', 'staff_changed')
    .where('id', '>', since)
    .orderBy('id')
    .execute()
  expect(word.map(({ message }) => message)).toEqual([
    `${boss.name} gave ${clerk.name} another token`,
    `${boss.name} let citra in as support`,
  ])
})

it('all of finance is sent word of what is done to people, and who did it does not put that away', async () => {
  const [clerk, boss] = [await hire(laku, 'finance'), await hire(laku, 'admin')]
  const since = newId()
  await laku.as(boss, (work) => changeRole(work, { staff: clerk.name, role: 'support' }))
  await laku.as(boss, (work) => resetFactor(work, { staff: clerk.name }))
  const word = await laku.db
    .selectFrom('attention')
    .select(['id', 'message'])
    .where('kind', '=', 'staff_changed')
    .where('id', '>', since)
    .orderBy('id')
    .execute()
  expect(word.map(({ message }) => message)).toEqual([
    `${boss.name} made ${clerk.name} support: until now finance`,
    `${boss.name} reset the second factor of ${clerk.name}`,
  ])
  const away = (by: Member) =>
    refusal(laku.as(by, (work) => resolveAttention(work, { id: word[0]?.id ?? '', resolution: 'seen' })))
  expect(await away(boss)).toBe('kernel.own_act')
  expect(await away({ ...clerk, role: 'support' })).toBe('kernel.forbidden')
  expect(await away(await hire(laku, 'finance'))).toBe('ok')
})
