import { insertRows, newId, requireStaff, type StaffRole, type Work } from '../kernel/index.ts'
import { authErrors } from './errors.ts'

export interface Staff {
  id: string
  name: string
  role: StaffRole
}

/**
 * A new member of staff, by an admin, who vouches for them: where two people are needed, both are one (docs/adr/0040).
 * @throws kernel.forbidden, auth.staff_name_taken
 */
export async function createStaff(work: Work, { name, role }: Omit<Staff, 'id'>): Promise<Staff> {
  requireStaff(work.actor)
  const vouchedBy = await handOf(work)
  const row = { id: newId(), name, role, status: 'active', vouchedBy, createdAt: work.now }
  const [id] = await insertRows(work.tx, 'staff', [row], { onConflictDoNothing: true, returning: 'id' })
  if (!id) throw authErrors.staff_name_taken({ name })
  work.audit({ command: 'auth staff add', subject: ['staff', id], after: { name, role } })
  return { id, name, role }
}

/**
 * In whose hands is what this actor lets in: an administrator's whom the owner of the database let in, for those let in by others are
 * in their hands; null for the owner.
 */
export async function handOf({ tx, actor }: Work): Promise<string | null> {
  if (actor.kind !== 'staff') return null
  const row = await tx
    .selectFrom('staff')
    .select(['id', 'vouchedBy'])
    .where('id', '=', actor.id)
    .executeTakeFirst()
  return row ? (row.vouchedBy ?? row.id) : null
}
