import type { Work } from '../kernel/index.ts'

// The id of no office. An agent who has no office gets this id, and so sees and changes no office's data.
const NOWHERE = '00000000-0000-0000-0000-000000000000'

/**
 * Returns the office that an agent works for; the agent sees and changes only that office's data. Undefined
 * for other staff.
 */
export async function ownOffice({ tx, actor }: Work): Promise<string | undefined> {
  if (actor.kind !== 'staff' || actor.role !== 'agent') return undefined
  const row = await tx
    .selectFrom('officeStaff')
    .select('officeId')
    .where('staffId', '=', actor.id)
    .executeTakeFirst()
  return row?.officeId ?? NOWHERE
}
