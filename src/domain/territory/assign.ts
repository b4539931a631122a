import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/** Assigns an agent (a staff member) to an office, and removes the agent from any other office. */
export async function setOfficeOfAgent(
  work: Work,
  { officeId, staffId }: { officeId: string; staffId: string },
): Promise<void> {
  await sql`
    insert into office_staff (staff_id, office_id, since) values (${staffId}, ${officeId}, ${work.now})
    on conflict (staff_id) do update set office_id = excluded.office_id, since = excluded.since
    where office_staff.office_id <> excluded.office_id`.execute(work.tx)
}

/** Assigns a factory to an office, and removes the factory from any other office. */
export async function setOfficeOfFactory(
  work: Work,
  { officeId, factoryId }: { officeId: string; factoryId: string },
): Promise<void> {
  await sql`
    insert into office_factories (factory_id, office_id, since) values (${factoryId}, ${officeId}, ${work.now})
    on conflict (factory_id) do update set office_id = excluded.office_id, since = excluded.since
    where office_factories.office_id <> excluded.office_id`.execute(work.tx)
}

/** Assigns a factory to the office of this agent, unless the factory already has an office. */
export async function lookAfter(
  work: Work,
  { factoryId, staffId }: { factoryId: string; staffId: string },
): Promise<void> {
  await sql`
    insert into office_factories (factory_id, office_id, since)
    select ${factoryId}, office_id, ${work.now} from office_staff where staff_id = ${staffId}
    on conflict (factory_id) do nothing`.execute(work.tx)
}
