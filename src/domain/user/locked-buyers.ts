import { type RawBuilder, sql } from 'kysely'

/**
 * Returns a subquery for the SQL statements of other domains. It locks these users as foreign keys to them
 * do. An erasure of a user waits for that statement's transaction, or the statement finds the user erased.
 */
export const lockedBuyers = (userIds: readonly string[]): RawBuilder<unknown> => sql`
  select id, status, closing_since from users where id = any(${[...userIds]}::uuid[]) order by id for key share`
