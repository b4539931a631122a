import { afterAll, beforeAll, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { newId } from '../kernel/index.ts'
import { createStaff, issueStaffToken, staffByToken } from './index.ts'

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
