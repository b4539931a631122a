import { type RawBuilder, sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/**
 * Returns SQL that tells whether a factory is assigned to the office of a staff member. `factory` is the SQL
 * of the factory's id.
 */
export const isLookedAfterBy = (staffId: string, factory: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`exists (
    select from office_staff s join office_factories o on o.office_id = s.office_id
    where s.staff_id = ${staffId}::uuid and o.factory_id = ${factory})`

/**
 * Tells whether the actor may act for a factory. An agent may act only for the factories of their office; all
 * others may act for any.
 */
export async function mayActForFactory({ tx, actor }: Work, factoryId: string): Promise<boolean> {
  if (actor.kind !== 'staff' || actor.role !== 'agent') return true
  const { rows } = await sql`select where ${isLookedAfterBy(actor.id, sql`${factoryId}::uuid`)}`.execute(tx)
  return rows.length > 0
}
