import { sql } from 'kysely'
import type { EventOf, Work } from '../kernel/index.ts'

/** Reaction to factory.created: what an agent took in is looked after by their office. */
export async function assignNewFactories(
  work: Work,
  events: readonly EventOf<'factory.created'>[],
): Promise<void> {
  for (const { actor, payload } of events) {
    if (actor.kind !== 'staff' || actor.role !== 'agent') continue
    await sql`
      insert into office_factories (factory_id, office_id, since)
      select ${payload.factoryId}, office_id, ${work.now} from office_staff where staff_id = ${actor.id}
      on conflict (factory_id) do nothing`.execute(work.tx)
  }
}
