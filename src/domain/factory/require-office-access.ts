import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { factoryErrors } from './errors.ts'

/**
 * Whether the actor may act for this factory: an agent for those that their office looks after, other staff
 * for all.
 */
export async function mayActForFactory({ tx, actor }: Work, factoryId: string): Promise<boolean> {
  if (actor.kind !== 'staff' || actor.role !== 'agent') return true
  const { rows } = await sql`
    select from office_staff s join office_factories f on f.office_id = s.office_id
    where s.staff_id = ${actor.id} and f.factory_id = ${factoryId}`.execute(tx)
  return rows.length > 0
}

/** @throws factory.not_found, for a factory of another office too */
export async function requireFactoryAccess(work: Work, factoryId: string): Promise<void> {
  if (!(await mayActForFactory(work, factoryId))) throw factoryErrors.not_found({ factoryId })
}
