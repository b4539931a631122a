import { sql } from 'kysely'
import { requireStaff, type Work } from '../kernel/index.ts'
import { setOfficeOfAgent, setOfficeOfFactory } from '../territory/index.ts'
import { officeErrors } from './errors.ts'
import { getOffice } from './read-offices.ts'
import type { OfficeView } from './views.ts'

/**
 * Assigns an agent to this office; from now on the agent works for no other office.
 * @throws office.not_found, closed, staff_not_found, not_an_agent, kernel.forbidden
 */
export async function assignAgent(
  work: Work,
  input: { officeId: string; staffId: string },
): Promise<OfficeView> {
  const before = await openOffice(work, input.officeId)
  const { officeId, staffId } = input
  const staff = await work.tx.selectFrom('staff').select('role').where('id', '=', staffId).executeTakeFirst()
  if (!staff) throw officeErrors.staff_not_found({ staffId })
  if (staff.role !== 'agent') throw officeErrors.not_an_agent({ staffId, role: staff.role })
  await setOfficeOfAgent(work, { officeId, staffId })
  return await audited(work, before)
}

/**
 * Assigns a factory to this office; from now on no other office looks after the factory.
 * @throws office.not_found, closed, factory_not_found, kernel.forbidden
 */
export async function assignFactory(
  work: Work,
  input: { officeId: string; factoryId: string },
): Promise<OfficeView> {
  const before = await openOffice(work, input.officeId)
  const { officeId, factoryId } = input
  const factory = await work.tx
    .selectFrom('factories')
    .select('id')
    .where('id', '=', factoryId)
    .executeTakeFirst()
  if (!factory) throw officeErrors.factory_not_found({ factoryId })
  await setOfficeOfFactory(work, { officeId, factoryId })
  return await audited(work, before)
}

async function openOffice(work: Work, officeId: string): Promise<OfficeView> {
  requireStaff(work.actor, 'warehouse', 'service')
  await sql`select from agent_offices where id = ${officeId} for share`.execute(work.tx)
  const office = await getOffice(work, officeId)
  if (office.status === 'closed') throw officeErrors.closed({ officeId })
  return office
}

async function audited(work: Work, before: OfficeView): Promise<OfficeView> {
  const after = await getOffice(work, before.id)
  work.audit({ command: 'offices assign', subject: ['office', before.id], before, after })
  return after
}
