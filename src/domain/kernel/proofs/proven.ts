import { type RawBuilder, sql } from 'kysely'
import { requireStaff } from '../actor.ts'
import { sqlState } from '../database/errors.ts'
import type { DomainError } from '../errors.ts'
import { kernelErrors } from '../kernel-errors.ts'
import type { Work } from '../work.ts'

/**
 * The SQLSTATE with which laku's own database functions refuse a call. The message of the error is the code
 * of one of laku's errors (migrations/0106).
 */
const REFUSED = 'LK001'

/**
 * The last arguments of a database function that verifies by itself who acts: the actor's token, and the
 * reason and request id for the audit log.
 */
export interface Proven {
  token: string
  reason: string | null
  requestId: string | null
}

/**
 * Calls a database function that changes staff, tokens or the clock, as the administrator who acts. The
 * function verifies the administrator's token by itself, and writes the audit log. `refusals` has an error
 * for each code with which the function refuses.
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
 * Calls a database function in the name of the member of staff who acts. The function changes something that
 * belongs to that person, such as their own second factor.
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

/**
 * Shows the database, for the rest of this transaction, which member of staff acts. The database then accepts
 * rows in that person's name: audit entries, resolved attention items and runs of commands. If no member of
 * staff acts, this function does nothing.
 * @throws kernel.forbidden
 */
export async function showWhoActs(work: Pick<Work, 'tx' | 'actor' | 'requestId'>): Promise<void> {
  if (work.actor.kind !== 'staff' || !work.actor.proof) return
  await callAsHolder(work, ({ token }) => sql`select staff_acts(${token}) as result`, {
    'kernel.forbidden': () => kernelErrors.forbidden({ needs: ['a staff token'] }),
  })
}
