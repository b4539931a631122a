import { type RawBuilder, sql } from 'kysely'

/**
 * Returns an SQL subquery that locks these users, as a foreign key to a user does. Other domains use it in
 * their statements. Erasing a user waits until the statement's transaction ends. If the erasure was first,
 * the statement finds the user erased.
 */
export const lockedBuyers = (userIds: readonly string[]): RawBuilder<unknown> => sql`
  select id, status, closing_since from users where id = any(${[...userIds]}::uuid[]) order by id for key share`
