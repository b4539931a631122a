import { sql } from 'kysely'
import { callProven, requireStaff, type StaffRole, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import type { Staff } from './create.ts'
import { staffNamed } from './staff-named.ts'

/**
 * Renames a staff member; an administrator does this. The old name is never given to anybody else, because
 * older rows contain it.
 * @throws kernel.forbidden, auth.staff_not_found, auth.staff_name_taken, auth.staff_name_refused
 */
export async function renameStaff(work: Work, input: { staff: string; name: string }): Promise<Staff> {
  requireStaff(work.actor)
  const { id, name: before, role } = await staffNamed(work.tx, input.staff)
  const { name } = input
  await callProven(
    work,
    ({ token, reason, requestId }) =>
      sql`select staff_rename(${token}, ${id}::uuid, ${name}, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_not_found': () => authErrors.staff_not_found({ staff: input.staff }),
      'auth.staff_name_taken': () => authErrors.staff_name_taken({ name }),
      'auth.staff_name_refused': () => authErrors.staff_name_refused({ name }),
    },
  )
  work.audited({
    command: 'auth staff rename',
    subject: ['staff', id],
    before: { name: before },
    after: { name },
  })
  return { id, name, role }
}

/**
 * Gives another staff member a new role; an administrator does this. That member may approve commands of
 * other people only a day after this change.
 * @throws kernel.forbidden, auth.staff_not_found, auth.own_rights, auth.role_held
 */
export async function changeRole(work: Work, input: { staff: string; role: StaffRole }): Promise<Staff> {
  requireStaff(work.actor)
  const { id, name, role: before } = await staffNamed(work.tx, input.staff)
  const { role } = input
  await callProven(
    work,
    ({ token, reason, requestId }) =>
      sql`select staff_set_role(${token}, ${id}::uuid, ${role}, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_not_found': () => authErrors.staff_not_found({ staff: input.staff }),
      'auth.own_rights': () => authErrors.own_rights(),
      'auth.role_held': () => authErrors.role_held({ role }),
    },
  )
  work.audited({
    command: 'auth staff role',
    subject: ['staff', id],
    before: { role: before },
    after: { role },
  })
  return { id, name, role }
}
