import { createHash, randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Actor, callProven, type DB, newId, StaffProof, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'

type StaffActor = Extract<Actor, { kind: 'staff' }>

// A staff token is 32 random bytes, which nobody can guess. So a fast hash without a key is enough.
export const hashOfToken = (token: string) => createHash('sha256').update(token).digest('base64url')

export interface StaffToken {
  id: string
  /** The staff token, `lkst_…`. It is displayed once, because laku stores only its hash. */
  token: string
  /** The time at which the staff token ends; null for a token without end, which only a service may have. */
  expiresAt: Date | null
}

/** Returns a new, random staff token and its hash; only the hash is stored. */
export function newStaffToken(): { id: string; token: string; hash: string } {
  const token = `lkst_${randomBytes(32).toString('base64url')}`
  return { id: newId(), token, hash: hashOfToken(token) }
}

/**
 * Issues a token to a staff member, valid for `days` days (1 to 366); null gives a service a token without
 * end. The issuer has seen the token. So while it is valid, the issuer cannot be the second approver of its
 * holder's commands.
 * @throws kernel.forbidden, auth.staff_not_found, auth.not_their_administrator, auth.token_needs_end
 */
export async function issueStaffToken(
  work: Work,
  { staffId, days }: { staffId: string; days: number | null },
): Promise<StaffToken> {
  const { id, token, hash } = newStaffToken()
  const expiresAt = await callProven<Date | null>(
    work,
    ({ token: acting, reason, requestId }) => sql`
      select staff_give_token(${acting}, ${id}::uuid, ${staffId}::uuid, ${hash}, ${days}::int, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_not_found': () => authErrors.staff_not_found({ staffId }),
      'auth.in_other_hands': () => authErrors.not_their_administrator({ staffId }),
      'auth.token_needs_end': () => authErrors.token_needs_end({ staffId }),
    },
  )
  work.audited({ command: 'auth staff add', subject: ['staff', staffId], after: { tokenId: id, expiresAt } })
  return { id, token, expiresAt }
}

/** Returns the staff member who holds this token, while the token is valid and the member is active. */
export async function staffByToken(
  db: Kysely<DB>,
  token: string,
  now: Date,
): Promise<StaffActor | undefined> {
  const { rows } = await sql<Pick<StaffActor, 'id' | 'name' | 'role'> & { expiresAt: Date | null }>`
    select s.id, s.name, s.role, t.expires_at from staff_tokens t join staff s on s.id = t.staff_id
    where t.token_hash = ${hashOfToken(token)} and (t.expires_at is null or t.expires_at > ${now})
      and t.revoked_at is null and s.status = 'active'`.execute(db)
  if (!rows[0]) return undefined
  const { expiresAt, ...who } = rows[0]
  return { kind: 'staff', ...who, proof: new StaffProof(token, expiresAt) }
}
