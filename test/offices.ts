import { type Actor, newId } from '../src/domain/kernel/index.ts'
import { assignAgent, assignFactory, createOffice } from '../src/domain/office/index.ts'
import { admin, type TestLaku } from './laku.ts'
import { hire } from './staff.ts'

export const officePlace = {
  phone: '022-555-1234',
  street: 'Jl. Dago 1',
  city: 'Bandung',
  province: 'Jawa Barat',
  postalCode: '40135',
}

/** Hires an agent and gives them an office that looks after these factories. */
export async function agentOf(laku: TestLaku, ...factoryIds: string[]): Promise<Actor> {
  const agent = await hire(laku, 'agent')
  await laku.as(admin, async (work) => {
    const { id: officeId } = await createOffice(work, { name: `Kantor ${newId()}`, ...officePlace })
    await assignAgent(work, { officeId, staffId: agent.id })
    for (const factoryId of factoryIds) await assignFactory(work, { officeId, factoryId })
  })
  return agent
}
