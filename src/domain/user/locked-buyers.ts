import { type RawBuilder, sql } from 'kysely'

/**
 * Returns an SQL subquery that locks these users. Other domains use it in their SQL statements, so that a
 * user cannot be erased at the same time. The erasure waits until the statement's transaction ends. If the
 * erasure came first, the statement finds the user erased.
 */
export const lockedBuyers = (userIds: readonly string[]): RawBuilder<unknown> => sql`
  select id, status, closing_since from users where id = any(${[...userIds]}::uuid[]) order by id for key share`
