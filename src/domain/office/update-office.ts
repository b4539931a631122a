import { sql } from 'kysely'
import { normalizeFactoryPhone } from '../factory/index.ts'
import { moveState, openStates, requireStaff, requireTransition, type Work } from '../kernel/index.ts'
import type { NewOffice } from './create-office.ts'
import { officeErrors } from './errors.ts'
import { getOffice } from './read-offices.ts'
import { type OfficeStatus, officeMachine, officeTransitions, pickupTransitions } from './transitions.ts'
import type { OfficeView } from './views.ts'

export type OfficeChanges = { [K in keyof NewOffice]?: NewOffice[K] | undefined } & {
  status?: OfficeStatus | undefined
}

/**
 * Changes an office, or closes it, or opens it again. An office with pickups under way cannot be closed.
 * @throws office.not_found, name_taken, has_open_pickups, factory.phone_invalid, kernel.illegal_transition,
 * kernel.forbidden
 */
export async function updateOffice(
  work: Work,
  input: OfficeChanges & { officeId: string },
): Promise<OfficeView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const { officeId, ...changes } = input
  await sql`select from agent_offices where id = ${officeId} for no key update`.execute(work.tx)
  const before = await getOffice(work, officeId)
  const after = {
    ...before,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  }
  if (after.status !== before.status) {
    requireTransition(officeTransitions, before.status, after.status, 'office')
    if (after.status === 'closed') await requireIdle(work, officeId)
  }
  await requireFreeName(work, officeId, after.name)
  const { name, street, city, province, postalCode, status } = after
  const phone = changes.phone === undefined ? before.phone : normalizeFactoryPhone(changes.phone)
  const set = { name, phone, street, city, province, postalCode, updatedAt: work.now }
  await moveState(work, officeMachine, { to: status, stays: true, ids: [officeId], set, all: true })
  const office = await getOffice(work, officeId)
  work.audit({ command: 'offices update', subject: ['office', officeId], before, after: office })
  return office
}

async function requireIdle(work: Work, officeId: string): Promise<void> {
  const open = await work.tx
    .selectFrom('pickupTasks')
    .select('id')
    .where('officeId', '=', officeId)
    .where('status', 'in', openStates(pickupTransitions))
    .limit(1)
    .executeTakeFirst()
  if (open) throw officeErrors.has_open_pickups({ officeId, pickupId: open.id })
}

async function requireFreeName(work: Work, officeId: string, name: string): Promise<void> {
  const other = await work.tx
    .selectFrom('agentOffices')
    .select('id')
    .where('name', '=', name)
    .where('id', '<>', officeId)
    .executeTakeFirst()
  if (other) throw officeErrors.name_taken({ name })
}
