import { sql } from 'kysely'
import { callProven, newId, type StaffRole, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'

export interface Staff {
  id: string
  name: string
  role: StaffRole
}

/**
 * Creates a member of staff; an administrator does it. Some commands need a second person who approves them.
 * The administrator can never approve a command of the new member as that second person. The new member can
 * never approve a command of the administrator either (docs/adr/0090). Everybody in finance is notified of
 * the new member.
 * @throws kernel.forbidden, auth.staff_name_taken, auth.staff_name_refused
 */
export async function createStaff(work: Work, { name, role }: Omit<Staff, 'id'>): Promise<Staff> {
  const id = newId()
  await callProven(
    work,
    ({ token, reason, requestId }) =>
      sql`select staff_add(${token}, ${id}::uuid, ${name}, ${role}, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_name_taken': () => authErrors.staff_name_taken({ name }),
      'auth.staff_name_refused': () => authErrors.staff_name_refused({ name }),
    },
  )
  work.audited({ command: 'auth staff add', subject: ['staff', id], after: { name, role } })
  return { id, name, role }
}
