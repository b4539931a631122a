import { type RawBuilder, sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/** Whether the office of this member of staff looks after `factory`, a column of a factory's id. */
export const isLookedAfterBy = (staffId: string, factory: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`exists (
    select from office_staff s join office_factories o on o.office_id = s.office_id
    where s.staff_id = ${staffId}::uuid and o.factory_id = ${factory})`

/**
 * Whether the actor may act for this factory: an agent for those that their office looks after, other staff
 * for all.
 */
export async function mayActForFactory({ tx, actor }: Work, factoryId: string): Promise<boolean> {
  if (actor.kind !== 'staff' || actor.role !== 'agent') return true
  const { rows } = await sql`select where ${isLookedAfterBy(actor.id, sql`${factoryId}::uuid`)}`.execute(tx)
  return rows.length > 0
}
