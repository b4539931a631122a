import { sql } from 'kysely'
import { callProven, requireStaff, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import type { StaffStatus } from '../transitions.ts'
import type { Staff } from './create.ts'
import { staffNamed } from './staff-named.ts'

export interface RevokedStaff extends Staff {
  status: StaffStatus
  /** The number of a staff member's valid tokens that this command ended. */
  tokens: number
}

/**
 * Ends all tokens of a member of staff, given by name or id; an admin does this. With `suspend`, the member
 * also gets no new tokens. Admins cannot suspend themselves, nor end their own tokens while no other admin
 * has a valid token, so that one admin can always act.
 * @throws kernel.forbidden, auth.staff_not_found, auth.own_rights, auth.last_administrator
 */
export async function revokeStaff(
  work: Work,
  { staff: named, suspend }: { staff: string; suspend: boolean },
): Promise<RevokedStaff> {
  requireStaff(work.actor)
  const staff = await staffNamed(work.tx, named)
  const tokens = await callProven<number>(
    work,
    ({ token, reason, requestId }) =>
      sql`select staff_end_tokens(${token}, ${staff.id}::uuid, ${suspend}, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_not_found': () => authErrors.staff_not_found({ staff: named }),
      'auth.own_rights': () => authErrors.own_rights(),
      'auth.last_administrator': () => authErrors.last_administrator(),
    },
  )
  const status = suspend ? 'suspended' : staff.status
  work.audited({
    command: 'auth staff revoke',
    subject: ['staff', staff.id],
    before: { status: staff.status, tokens },
    after: { status, tokens: 0 },
  })
  return { ...staff, status, tokens }
}
