import type { Work } from '../kernel/index.ts'

// An id that no office has. An agent without an office gets this id, and so can read and change no office's
// data.
const NOWHERE = '00000000-0000-0000-0000-000000000000'

/**
 * Returns the id of the office that an agent works for, because an agent may read and change only that
 * office's data. Returns undefined for anybody else.
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

/** Whether an agent works for an office; true for anybody else. */
export async function hasOwnOffice(work: Work): Promise<boolean> {
  return (await ownOffice(work)) !== NOWHERE
}
