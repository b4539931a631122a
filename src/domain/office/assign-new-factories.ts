import type { EventOf, Work } from '../kernel/index.ts'
import { lookAfter } from '../territory/index.ts'

/** Reaction to factory.created: if an agent registered the factory, it is assigned to the agent's office. */
export async function assignNewFactories(
  work: Work,
  events: readonly EventOf<'factory.created'>[],
): Promise<void> {
  for (const { actor, payload } of events) {
    if (actor.kind !== 'staff' || actor.role !== 'agent') continue
    await lookAfter(work, { factoryId: payload.factoryId, staffId: actor.id })
  }
}
