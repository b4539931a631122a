import { sql } from 'kysely'
import { idOrCode, moveState, requireStaff, type Work } from '../kernel/index.ts'
import type { Staff } from './create-staff.ts'
import { authErrors } from './errors.ts'
import { type StaffStatus, staffMachine } from './transitions.ts'

export interface RevokedStaff extends Staff {
  status: StaffStatus
  /** Tokens that were good until now. */
  tokens: number
}

/**
 * Ends all tokens of a member of staff, named by name or id; with `suspend` they also get no new ones. By an admin; nobody takes
 * their own rights away, so that an admin is left.
 * @throws kernel.forbidden, auth.staff_not_found, auth.own_rights
 */
export async function revokeStaff(
  work: Work,
  { staff: named, suspend }: { staff: string; suspend: boolean },
): Promise<RevokedStaff> {
  requireStaff(work.actor)
  const key = idOrCode(named)
  const which = 'id' in key ? sql`id = ${key.id}::uuid` : sql`name = ${named}`
  const found = await sql<Staff & { status: StaffStatus }>`
    select id, name, role, status from staff where ${which} for no key update`.execute(work.tx)
  const staff = found.rows[0]
  if (!staff) throw authErrors.staff_not_found({ staff: named })
  if (suspend && work.actor.kind === 'staff' && work.actor.id === staff.id) throw authErrors.own_rights()
  const ended = await sql`
    update staff_tokens set revoked_at = ${work.now}
    where staff_id = ${staff.id}::uuid and revoked_at is null and expires_at > ${work.now}`.execute(work.tx)
  const status = suspend ? 'suspended' : staff.status
  if (status !== staff.status) await moveState(work, staffMachine, { to: status, ids: [staff.id], all: true })
  const tokens = Number(ended.numAffectedRows ?? 0)
  work.audit({
    command: 'auth staff revoke',
    subject: ['staff', staff.id],
    before: { status: staff.status, tokens },
    after: { status, tokens: 0 },
  })
  return { ...staff, status, tokens }
}
