import { sql } from 'kysely'
import { asRecords, callProven, requireStaff, secondsAfter, type Work } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import type { Staff } from '../staff/create.ts'
import { staffNamed } from '../staff/staff-named.ts'
import { staffOf } from './use-factor-code.ts'

/**
 * Removes the second factor of a staff member who lost it; only an administrator may do this. All of finance
 * is notified. A new factor can approve others' commands a day after its enrolment.
 * @throws kernel.forbidden, auth.staff_not_found, auth.factor_missing
 */
export async function resetFactor(work: Work, { staff: named }: { staff: string }): Promise<Staff> {
  requireStaff(work.actor)
  const { id, name, role } = await staffNamed(work.tx, named)
  await callProven(
    work,
    ({ token, reason, requestId }) =>
      sql`select factor_reset(${token}, ${id}::uuid, ${reason}, ${requestId}) as result`,
    {
      'auth.staff_not_found': () => authErrors.staff_not_found({ staff: named }),
      'auth.factor_missing': () => authErrors.factor_missing({ staff: name }),
    },
  )
  work.audited({ command: 'auth factor reset', subject: ['staff', id], after: { factors: 0 } })
  return { id, name, role }
}

/**
 * Stores the secrets of second factors that were sealed again under another key. Each new sealed text comes
 * with the old sealed text that it replaces. Only an administrator may do this.
 * @throws kernel.forbidden
 */
export async function resealFactors(
  work: Pick<Work, 'tx' | 'actor' | 'requestId'>,
  fresh: readonly { id: string; was: string; sealed: string }[],
): Promise<void> {
  await callProven(
    work,
    ({ token }) => sql`select factors_reseal(${token}, ${asRecords(fresh)}::jsonb) as result`,
  )
}

export interface FactorView extends Staff {
  /**
   * The time at which the first code confirmed the second factor; null if the staff member has no confirmed
   * factor.
   */
  confirmedAt: Date | null
  /**
   * The time from which the staff member may approve others' commands; null if they have no confirmed second
   * factor.
   */
  countsFrom: Date | null
  /** The time at which the staff member began to enrol a second factor that no code has confirmed yet. */
  begunAt: Date | null
  roleSince: Date
}

const DAY_S = 86_400

/**
 * Returns the state of the acting staff member's second factor. An administrator may ask for the state of any
 * staff member's factor.
 * @throws kernel.forbidden, auth.staff_not_found
 */
export async function showFactor(
  work: Work,
  { staff: named }: { staff?: string | undefined },
): Promise<FactorView> {
  const own = staffOf(work.actor)
  const { id, name, role } = await staffNamed(work.tx, named ?? own.id)
  if (id !== own.id) requireStaff(own)
  const { rows } = await sql<{ confirmedAt: Date | null; begunAt: Date | null; roleSince: Date }>`
    select s.role_since, max(f.confirmed_at) as confirmed_at, max(f.created_at) filter (where f.confirmed_at is null) as begun_at
    from staff s left join staff_factors f on f.staff_id = s.id and f.ended_at is null
    where s.id = ${id} group by s.id`.execute(work.tx)
  const { confirmedAt = null, begunAt = null, roleSince = work.now } = rows[0] ?? {}
  const later = confirmedAt && new Date(Math.max(confirmedAt.getTime(), roleSince.getTime()))
  return { id, name, role, confirmedAt, countsFrom: later && secondsAfter(later, DAY_S), begunAt, roleSince }
}
