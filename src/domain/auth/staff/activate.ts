import { sql } from 'kysely'
import { callProven, requireStaff, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import type { StaffStatus } from '../transitions.ts'
import type { Staff } from './create.ts'
import { staffNamed } from './staff-named.ts'

/**
 * Activates a suspended member of staff again; an administrator does this. The member gets no token by it and
 * has no second factor. The role counts from now on, so the member can approve for others a day after both
 * are there again (docs/adr/0187). Everybody in finance is notified.
 * @throws kernel.forbidden, auth.staff_not_found, auth.staff_active
 */
export async function activateStaff(
  work: Work,
  { staff: named }: { staff: string },
): Promise<Staff & { status: StaffStatus }> {
  requireStaff(work.actor)
  const { id, name, role, status } = await staffNamed(work.tx, named)
  await callProven(
    work,
    ({ token, reason, requestId }) =>
      sql`select staff_activate(${token}, ${id}::uuid, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_not_found': () => authErrors.staff_not_found({ staff: named }),
      'auth.staff_active': () => authErrors.staff_active({ staff: name }),
    },
  )
  work.audited({
    command: 'auth staff activate',
    subject: ['staff', id],
    before: { status },
    after: { status: 'active' },
  })
  return { id, name, role, status: 'active' }
}
