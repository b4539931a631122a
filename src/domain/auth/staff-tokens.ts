import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import {
  type Actor,
  insertRows,
  newId,
  requireStaff,
  secondsAfter,
  type Tx,
  type Work,
} from '../kernel/index.ts'
import { handOf } from './create-staff.ts'
import { authErrors } from './errors.ts'

type StaffActor = Extract<Actor, { kind: 'staff' }>

// 32 random bytes need no key and no slow hash: nobody guesses them.
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')

export interface StaffToken {
  id: string
  /** `lkst_…`, shown this once: only its hash is kept. */
  token: string
  expiresAt: Date
}

/**
 * A personal token for a member of staff, good for so many days. It is given by the administrator in whose hands they are, or by the
 * owner of the database: whoever gives it has seen it.
 * @throws kernel.forbidden, auth.staff_not_found, auth.in_other_hands
 */
export async function issueStaffToken(
  work: Work,
  { staffId, days }: { staffId: string; days: number },
): Promise<StaffToken> {
  requireStaff(work.actor)
  const staff = await work.tx
    .selectFrom('staff')
    .select(['id', 'vouchedBy'])
    .where('id', '=', staffId)
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (!staff) throw authErrors.staff_not_found({ staffId })
  const hand = await handOf(work)
  if (hand !== null && hand !== (staff.vouchedBy ?? staff.id)) throw authErrors.in_other_hands({ staffId })
  const id = newId()
  const token = `lkst_${randomBytes(32).toString('base64url')}`
  const expiresAt = secondsAfter(work.now, days * 86_400)
  await insertRows(work.tx, 'staffTokens', [
    { id, staffId, tokenHash: hashOf(token), createdAt: work.now, expiresAt },
  ])
  work.audit({ command: 'auth staff add', subject: ['staff', staffId], after: { tokenId: id, expiresAt } })
  return { id, token, expiresAt }
}

/** Who holds this token, while it is good and they are. */
export async function staffByToken(tx: Tx, token: string, now: Date): Promise<StaffActor | undefined> {
  const { rows } = await sql<Pick<StaffActor, 'id' | 'name' | 'role'>>`
    select s.id, s.name, s.role from staff_tokens t join staff s on s.id = t.staff_id
    where t.token_hash = ${hashOf(token)} and t.expires_at > ${now} and t.revoked_at is null
      and s.status = 'active'`.execute(tx)
  return rows[0] && { kind: 'staff', ...rows[0] }
}
