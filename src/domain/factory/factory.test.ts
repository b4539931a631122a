import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { agentOf } from '../../../test/offices.ts'
import { staff } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { tried } from '../../../test/tried.ts'
import type { Actor, Work } from '../kernel/index.ts'
import {
  commissionHistoryOf,
  createFactory,
  type FactoryChanges,
  factoryTransitions,
  getFactory,
  taxIdOf,
  updateFactory,
  verificationTransitions,
} from './index.ts'

let laku: TestLaku

beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
})
afterAll(() => laku.close())

const place = { city: 'Bandung', province: 'Jawa Barat', postalCode: '40111' }
const create = (more: object = {}, actor: Actor = admin) =>
  laku.as(actor, (work) =>
    createFactory(work, { name: 'Konveksi', phone: '0812-2000-1234', ...place, ...more }),
  )
const change = (factoryId: string, changes: FactoryChanges, actor: Actor = admin) =>
  laku.as(actor, (work) => updateFactory(work, { factoryId, ...changes }))
const asAdmin = <T>(use: (work: Work) => Promise<T>) => laku.as(admin, use)

describe('a factory', () => {
  it('is unverified and inactive at first, with the rate of the policy and its number in E.164', async () => {
    expect(await create()).toMatchObject({
      phone: '+6281220001234',
      verification: 'unverified',
      status: 'inactive',
      commissionBps: 500,
      taxIdKind: null,
      rating: { average: null, count: 0 },
    })
    expect(await refusal(create({ phone: '12' }))).toBe('factory.phone_invalid')
    expect(await refusal(create({}, staff('warehouse')))).toBe('kernel.forbidden')
  })

  it('becomes active only when it is verified, and is verified by finance alone', async () => {
    const { id } = await create()
    expect(await refusal(change(id, { status: 'active' }))).toBe('factory.not_verified')
    expect(await refusal(change(id, { verification: 'verified' }))).toBe('kernel.illegal_transition')
    const [agent, stranger] = [await agentOf(laku, id), await agentOf(laku)]
    expect(await refusal(change(id, { verification: 'pending' }, stranger))).toBe('factory.not_found')
    await change(id, { verification: 'pending' }, agent)
    expect(await refusal(change(id, { verification: 'verified' }, agent))).toBe('kernel.forbidden')
    // While finance checks the papers, an agent cannot change them.
    for (const swapped of [
      { phone: '0812-9999-0000' },
      { taxId: { kind: 'nik', number: '3273011234567890' } } as const,
    ])
      expect(await refusal(change(id, swapped, agent))).toBe('kernel.forbidden')
    await change(id, { verification: 'rejected' }, staff('finance'))
    await change(id, { phone: '0812-9999-0000' }, agent)
    await change(id, { verification: 'pending' })
    expect(await change(id, { verification: 'verified', status: 'active' })).toMatchObject({
      status: 'active',
    })
  })

  it('that an agent took in is looked after by their office', async () => {
    const agent = await agentOf(laku)
    const { id } = await create({}, agent)
    expect((await change(id, { name: 'Konveksi Baru' }, agent)).name).toBe('Konveksi Baru')
  })

  it('moves along its two tables and nowhere else', async () => {
    const { id } = await create()
    const tables = { verification: verificationTransitions, status: factoryTransitions }
    for (const column of ['verification', 'status'] as const) {
      const table: Record<string, readonly string[]> = tables[column]
      for (const from of Object.keys(table)) {
        for (const to of Object.keys(table)) {
          const set = async ({ tx }: Work) => {
            await sql`update factories set verification = 'verified', status = 'inactive' where id = ${id}`.execute(
              tx,
            )
            await sql`update factories set ${sql.ref(column)} = ${from} where id = ${id}`.execute(tx)
          }
          const use = (work: Work) => updateFactory(work, { factoryId: id, [column]: to, reason: 'a test' })
          const read = async (work: Work) => (await getFactory(work.tx, id))[column] as string
          // Setting the state that the object already has is no change.
          const legal = table[from]?.includes(to) || from === to
          const expected = { code: legal ? 'ok' : 'kernel.illegal_transition', status: legal ? to : from }
          expect([column, from, to, await tried(laku, { set, use, read })]).toEqual([
            column,
            from,
            to,
            expected,
          ])
        }
      }
    }
  })

  it('is suspended for a reason, which ends with the suspension', async () => {
    const { id } = await create()
    await change(id, { verification: 'pending' })
    await change(id, { verification: 'verified', status: 'active' })
    expect(await refusal(change(id, { status: 'suspended' }, staff('finance')))).toBe(
      'kernel.reason_required',
    )
    const suspended = await change(id, { status: 'suspended' }, staff('finance', 'goods were false'))
    expect(suspended).toMatchObject({ status: 'suspended', suspendedBecause: 'goods were false' })
    expect((await change(id, { name: 'Konveksi Dua' })).suspendedBecause).toBe('goods were false')
    expect(await change(id, { status: 'active' })).toMatchObject({ status: 'active', suspendedBecause: null })
  })

  it('keeps each rate it had, and who set it', async () => {
    const { id } = await create({ commissionBps: 700 })
    laku.clock.shift(60)
    await change(id, { commissionBps: 450 }, staff('finance'))
    await change(id, { commissionBps: 450 }, staff('finance'))
    const agent = await agentOf(laku, id)
    expect(await refusal(change(id, { commissionBps: 100 }, agent))).toBe('kernel.forbidden')
    expect(await refusal(create({ commissionBps: 100 }, agent))).toBe('kernel.forbidden')
    const rates = await asAdmin((work) => commissionHistoryOf(work, id))
    expect(rates.map(({ commissionBps, setBy }) => [commissionBps, setBy])).toEqual([
      [450, 'staff:finance'],
      [700, 'staff:ana'],
    ])
  })

  it('has its tax number encrypted at rest, checked, and shown to finance alone', async () => {
    const { id, taxIdKind } = await create({ taxId: { kind: 'npwp', number: '01.234.567.8-901.000' } })
    expect(taxIdKind).toBe('npwp')
    const { taxIdSealed } = await laku.db
      .selectFrom('factories')
      .select('taxIdSealed')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(taxIdSealed).not.toContain('0123456789')
    expect(await asAdmin((work) => taxIdOf(work, id))).toEqual({ kind: 'npwp', number: '012345678901000' })
    expect(await refusal(laku.as(staff('support'), (work) => taxIdOf(work, id)))).toBe('kernel.forbidden')
    expect(await refusal(change(id, { taxId: { kind: 'nik', number: '123' } }))).toBe(
      'factory.tax_id_invalid',
    )
    await change(id, { taxId: { kind: 'nik', number: '3273010101900001' } })
    expect(await asAdmin((work) => taxIdOf(work, id))).toEqual({ kind: 'nik', number: '3273010101900001' })
    const audit = await laku.db
      .selectFrom('auditLog')
      .select(['before', 'after'])
      .where('subjectId', '=', id)
      .execute()
    expect(JSON.stringify(audit)).not.toContain('3273010101900001')
    expect((await asAdmin((work) => getFactory(work.tx, id))).taxIdKind).toBe('nik')
  })
})
