import { createStaff } from '../src/domain/auth/index.ts'
import { type Actor, newId } from '../src/domain/kernel/index.ts'
import { assignAgent, assignFactory, createOffice } from '../src/domain/office/index.ts'
import { admin, type TestLaku } from './laku.ts'

export const officePlace = {
  phone: '022-555-1234',
  street: 'Jl. Dago 1',
  city: 'Bandung',
  province: 'Jawa Barat',
  postalCode: '40135',
}

/** An agent of an office of their own, which looks after these factories. */
export function agentOf(laku: TestLaku, ...factoryIds: string[]): Promise<Actor> {
  return laku.as(admin, async (work) => {
    const office = await createOffice(work, { name: `Kantor ${newId()}`, ...officePlace })
    const officeId = office.id
    for (const factoryId of factoryIds) await assignFactory(work, { officeId, factoryId })
    const { id, name, role } = await createStaff(work, { name: `agen ${newId()}`, role: 'agent' })
    await assignAgent(work, { officeId, staffId: id })
    return { kind: 'staff', id, name, role, reason: 'a test' }
  })
}
