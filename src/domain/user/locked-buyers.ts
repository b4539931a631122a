import { type RawBuilder, sql } from 'kysely'

/**
 * Returns an SQL subquery that locks these users, with the same lock that a foreign key to a user takes.
 * Other domains use the subquery in their SQL statements. A transaction that erases a user waits until the
 * statement's transaction ends. If the user was erased first, the statement finds the user erased.
 */
export const lockedBuyers = (userIds: readonly string[]): RawBuilder<unknown> => sql`
  select id, status, closing_since from users where id = any(${[...userIds]}::uuid[]) order by id for key share`
