import { sql } from 'kysely'
import { pageOf, requireStaff, type Work } from '../kernel/index.ts'
import type { User } from './read-users.ts'
import type { UserStatus } from './transitions.ts'

export interface ListedUser extends User {
  suspendedBecause: string | null
  createdAt: Date
}

/**
 * Lists users, newest first, by keyset pages.
 * @throws kernel.forbidden
 */
export async function listUsers(
  work: Work,
  filter: { status?: UserStatus | undefined; limit: number; cursor?: string | undefined },
): Promise<{ data: ListedUser[]; nextCursor: string | null }> {
  requireStaff(work.actor, 'support', 'finance')
  const conditions = [
    filter.status ? sql`status = ${filter.status}` : sql`true`,
    filter.cursor ? sql`id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const { rows } = await sql<ListedUser>`
    select id, phone, name, email, email_confirmed_at, locale, status, suspended_because, created_at from users
    where ${sql.join(conditions, sql` and `)} order by id desc limit ${filter.limit + 1}`.execute(work.tx)
  return pageOf(rows, filter.limit, (row) => row.id)
}
