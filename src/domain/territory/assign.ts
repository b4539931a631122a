import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'

/** An agent works for this office from now on, and for no other. */
export async function setOfficeOfAgent(
  work: Work,
  { officeId, staffId }: { officeId: string; staffId: string },
): Promise<void> {
  await sql`
    insert into office_staff (staff_id, office_id, since) values (${staffId}, ${officeId}, ${work.now})
    on conflict (staff_id) do update set office_id = excluded.office_id, since = excluded.since
    where office_staff.office_id <> excluded.office_id`.execute(work.tx)
}

/** This office looks after a factory from now on, and no other does. */
export async function setOfficeOfFactory(
  work: Work,
  { officeId, factoryId }: { officeId: string; factoryId: string },
): Promise<void> {
  await sql`
    insert into office_factories (factory_id, office_id, since) values (${factoryId}, ${officeId}, ${work.now})
    on conflict (factory_id) do update set office_id = excluded.office_id, since = excluded.since
    where office_factories.office_id <> excluded.office_id`.execute(work.tx)
}

/** The office of this agent looks after a factory that no office looks after yet. */
export async function lookAfter(
  work: Work,
  { factoryId, staffId }: { factoryId: string; staffId: string },
): Promise<void> {
  await sql`
    insert into office_factories (factory_id, office_id, since)
    select ${factoryId}, office_id, ${work.now} from office_staff where staff_id = ${staffId}
    on conflict (factory_id) do nothing`.execute(work.tx)
}
