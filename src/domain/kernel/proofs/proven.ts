import type { RawBuilder } from 'kysely'
import { requireStaff } from '../actor.ts'
import { sqlState } from '../database/errors.ts'
import type { DomainError } from '../errors.ts'
import { kernelErrors } from '../kernel-errors.ts'
import type { Work } from '../work.ts'

/**
 * The SQLSTATE with which one of the database's functions refuses a call. The message is the code of one of
 * laku's errors (migrations/0106).
 */
const REFUSED = 'LK001'

/**
 * The last arguments of a database function that verifies the actor itself: the token that proves the actor,
 * and the reason and request id for the audit log.
 */
export interface Proven {
  token: string
  reason: string | null
  requestId: string | null
}

/**
 * Calls a database function that writes staff, tokens or the clock, as the administrator who acts. The
 * function itself verifies the administrator's token, and writes the audit log. `refusals` has the errors for
 * the function's refusals, by their codes.
 * @throws kernel.forbidden, and those
 */
export async function callProven<T>(
  work: Pick<Work, 'tx' | 'actor' | 'requestId'>,
  call: (proven: Proven) => RawBuilder<{ result: T }>,
  refusals: Record<string, () => DomainError> = {},
): Promise<T> {
  requireStaff(work.actor)
  return await callAsHolder(work, call, refusals)
}

/**
 * Calls a database function as any member of staff, for changes to things that belong to that member.
 * @throws kernel.forbidden, and those
 */
export async function callAsHolder<T>(
  { tx, actor, requestId }: Pick<Work, 'tx' | 'actor' | 'requestId'>,
  call: (proven: Proven) => RawBuilder<{ result: T }>,
  refusals: Record<string, () => DomainError> = {},
): Promise<T> {
  if (actor.kind !== 'staff' || !actor.proof) throw kernelErrors.forbidden({ needs: ['a staff token'] })
  const proven = { token: actor.proof.reveal(), reason: actor.reason ?? null, requestId }
  try {
    const { rows } = await call(proven).execute(tx)
    return rows[0]?.result as T
  } catch (error) {
    if (!(error instanceof Error) || sqlState(error) !== REFUSED) throw error
    throw refusals[error.message]?.() ?? kernelErrors.forbidden({ needs: ['admin'] })
  }
}
