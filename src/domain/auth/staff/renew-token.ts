import { sql } from 'kysely'
import { callProven, requireStaff, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import type { Staff } from './create.ts'
import { staffNamed } from './staff-named.ts'
import { newStaffToken, type StaffToken } from './tokens.ts'

export interface RenewedToken extends Staff, Omit<StaffToken, 'id'> {
  tokenId: string
  /** The seconds for which the staff member's earlier tokens stay valid. */
  overlapS: number
}

/**
 * The default time (s) for which earlier tokens stay valid once a new token is issued. For a service it is 7
 * days, because its cron jobs need time to read the new token. For a person it is 0, because a person can use
 * the new token at once.
 */
const OVERLAP_S = { service: 7 * 86_400, person: 0 }
const DAYS = 90

/**
 * Replaces the tokens of a staff member by one new token; an administrator does this. The earlier tokens end
 * now, or after up to 30 days. By default a person's token is valid for 90 days, and a service's token has no
 * end.
 * @throws kernel.forbidden, auth.staff_not_found, auth.not_their_administrator, auth.token_needs_end
 */
export async function renewToken(
  work: Work,
  input: { staff: string; days?: number | undefined; overlapS?: number | undefined },
): Promise<RenewedToken> {
  requireStaff(work.actor)
  const { id, name, role } = await staffNamed(work.tx, input.staff)
  const isService = role === 'service'
  const days = input.days ?? (isService ? null : DAYS)
  const overlapS = input.overlapS ?? (isService ? OVERLAP_S.service : OVERLAP_S.person)
  const { id: tokenId, token, hash } = newStaffToken()
  const expiresAt = await callProven<Date | null>(
    work,
    ({ token: acting, reason, requestId }) => sql`
      select staff_renew(${acting}, ${tokenId}::uuid, ${id}::uuid, ${hash}, ${days}::int, ${overlapS}::int, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_not_found': () => authErrors.staff_not_found({ staff: input.staff }),
      'auth.in_other_hands': () => authErrors.not_their_administrator({ staff: name }),
      'auth.token_needs_end': () => authErrors.token_needs_end({ staff: name }),
    },
  )
  const after = { tokenId, expiresAt, overlapS }
  work.audited({ command: 'auth staff renew', subject: ['staff', id], after })
  return { id, name, role, token, ...after }
}
