import { afterAll, beforeAll, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { hire } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { newId, requireOtherHands } from '../kernel/index.ts'
import { createStaff, issueStaffToken, listStaff, staffByToken } from './index.ts'

type Member = Awaited<ReturnType<typeof hire>>

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku()
})
afterAll(() => laku.close())

const whoHolds = (token: string) => laku.system((work) => staffByToken(work.tx, token, work.now))

it('a member of staff acts by a token, which is shown once, expires and is revoked', async () => {
  const budi = await laku.as(admin, (work) => createStaff(work, { name: 'budi', role: 'finance' }))
  const { id, token } = await laku.as(admin, (work) => issueStaffToken(work, { staffId: budi.id, days: 30 }))
  expect(token).toMatch(/^lkst_[\w-]{43}$/)
  const rows = await laku.db.selectFrom('staffTokens').selectAll().execute()
  const audit = await laku.db.selectFrom('auditLog').selectAll().where('subjectId', '=', budi.id).execute()
  expect(JSON.stringify([rows, audit])).not.toContain(token.slice(5))
  expect(audit.map(({ command }) => command)).toEqual(['auth staff add', 'auth staff add'])
  const actor = { kind: 'staff', id: budi.id, name: 'budi', role: 'finance' }
  expect(await whoHolds(token)).toEqual(actor)
  expect(await whoHolds(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined()

  await laku.db.updateTable('staff').set({ status: 'suspended' }).where('id', '=', budi.id).execute()
  expect(await whoHolds(token)).toBeUndefined()
  await laku.db.updateTable('staff').set({ status: 'active' }).where('id', '=', budi.id).execute()
  laku.clock.shift(30 * 86_400 - 1)
  expect(await whoHolds(token)).toEqual(actor)
  await laku.db.updateTable('staffTokens').set({ revokedAt: laku.clock.now() }).where('id', '=', id).execute()
  expect(await whoHolds(token)).toBeUndefined()
  const short = await laku.as(admin, (work) => issueStaffToken(work, { staffId: budi.id, days: 1 }))
  laku.clock.shift(86_400)
  expect(await whoHolds(short.token)).toBeUndefined()
})

it('only an admin makes staff, each name once, and tokens only for those there are', async () => {
  const finance = { kind: 'staff', id: newId(), name: 'citra', role: 'finance' } as const
  const make = { name: 'dewi', role: 'admin' } as const
  await expect(laku.as(finance, (work) => createStaff(work, make))).rejects.toMatchObject({
    code: 'kernel.forbidden',
  })
  await laku.as(admin, (work) => createStaff(work, make))
  await expect(laku.as(admin, (work) => createStaff(work, make))).rejects.toMatchObject({
    code: 'auth.staff_name_taken',
  })
  const nobody = { staffId: newId(), days: 1 }
  await expect(laku.as(admin, (work) => issueStaffToken(work, nobody))).rejects.toMatchObject({
    code: 'auth.staff_not_found',
  })
  await expect(laku.as(finance, (work) => issueStaffToken(work, nobody))).rejects.toMatchObject({
    code: 'kernel.forbidden',
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
  expect(await refusal(laku.system((work) => issueStaffToken(work, token)))).toBe('ok')
})
