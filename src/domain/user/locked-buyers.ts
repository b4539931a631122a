import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../kernel/index.ts'

/**
 * Returns an SQL subquery that locks these users. Other domains use it in their SQL statements, so that a
 * user cannot be erased at the same time. The erasure waits until the statement's transaction ends. If the
 * erasure came first, the statement finds the user erased.
 */
export const lockedBuyers = (userIds: readonly string[]): RawBuilder<unknown> => sql`
  select id, status, closing_since from users where id = any(${[...userIds]}::uuid[]) order by id for key share`

/**
 * Returns what staff should know before they approve money for a user: whether the user is suspended or
 * erased, or closes their account.
 */
export async function concernsOf(
  tx: Tx,
  userId: string,
): Promise<('user_suspended' | 'user_deleted' | 'user_closing')[]> {
  const { rows } = await sql<{ status: string; isClosing: boolean }>`
    select status, closing_since is not null as is_closing from (${lockedBuyers([userId])}) buyers`.execute(
    tx,
  )
  const [user] = rows
  if (!user) return []
  if (user.status === 'suspended') return ['user_suspended']
  if (user.status === 'deleted') return ['user_deleted']
  return user.isClosing ? ['user_closing'] : []
}
