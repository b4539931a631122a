import type { RawBuilder } from 'kysely'
import { requireStaff } from './actor.ts'
import { sqlState } from './database-errors.ts'
import type { DomainError } from './errors.ts'
import { kernelErrors } from './kernel-errors.ts'
import type { Work } from './work.ts'

/**
 * A refusal of one of the database's functions: its message is the code of an error of laku's
 * (migrations/0106).
 */
const REFUSED = 'LK001'

/**
 * The arguments that such a function gets besides its own parameters: the proven actor, and what the audit
 * log keeps of the call.
 */
export interface Proven {
  token: string
  reason: string | null
  requestId: string | null
}

/**
 * Calls one of the database's functions that write staff, tokens or the clock, as the administrator who acts.
 * It sees for itself that their token is good, and writes the audit log. `refusals` has the errors of its
 * refusals, by their codes.
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
 * The same for what anybody of the staff does with what is their own.
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
