import { insertRows, newId, requireStaff, type StaffRole, type Work } from '../kernel/index.ts'
import { authErrors } from './errors.ts'

export interface Staff {
  id: string
  name: string
  role: StaffRole
}

/**
 * A new member of staff, by an admin.
 * @throws kernel.forbidden, auth.staff_name_taken
 */
export async function createStaff(work: Work, { name, role }: Omit<Staff, 'id'>): Promise<Staff> {
  requireStaff(work.actor)
  const row = { id: newId(), name, role, status: 'active', createdAt: work.now }
  const [id] = await insertRows(work.tx, 'staff', [row], { onConflictDoNothing: true, returning: 'id' })
  if (!id) throw authErrors.staff_name_taken({ name })
  work.audit({ command: 'auth staff add', subject: ['staff', id], after: { name, role } })
  return { id, name, role }
}
