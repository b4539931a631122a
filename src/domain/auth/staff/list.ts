import { sql } from 'kysely'
import { type Paged, pageOf, requireStaff, type Work } from '../../kernel/index.ts'
import type { StaffStatus } from '../transitions.ts'
import type { Staff } from './create.ts'

/** A member of staff, with their status and a summary of their tokens. */
export interface StaffView extends Staff {
  status: StaffStatus
  /** The person who created this staff member; null if the owner of the database did. */
  vouchedBy: string | null
  createdAt: Date
  /** The number of the staff member's valid tokens. */
  tokens: number
  /**
   * The latest time at which one of the staff member's valid tokens expires; null if none of them has an end.
   */
  expiresAt: Date | null
}

/**
 * Lists staff by name, by keyset pages; the cursor is a name. Only admins may do this.
 * @throws kernel.forbidden
 */
export async function listStaff(
  work: Work,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Paged<StaffView>> {
  requireStaff(work.actor)
  const { rows } = await sql<StaffView>`
    select s.id, s.name, s.role, s.status, a.name as vouched_by, s.created_at, count(t.id)::int as tokens, max(t.expires_at) as expires_at
    from staff s left join staff a on a.id = s.let_in_by
    left join staff_tokens t on t.staff_id = s.id and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > ${work.now})
    where s.name > ${cursor ?? ''}
    group by s.id, a.name order by s.name limit ${limit + 1}`.execute(work.tx)
  return pageOf(rows, limit, (row) => row.name)
}
