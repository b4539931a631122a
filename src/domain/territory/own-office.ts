import type { Work } from '../kernel/index.ts'

// An agent without an office sees and does nothing of any.
const NOWHERE = '00000000-0000-0000-0000-000000000000'

/**
 * The office that an agent works for, to which all that they see and do is bound; undefined for other staff.
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
