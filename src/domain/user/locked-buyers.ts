import { type RawBuilder, sql } from 'kysely'

/**
 * A query for a statement of another room: these users, locked as whatever refers to them locks them. Whoever
 * erases one waits for that statement's transaction, or it finds them gone.
 */
export const lockedBuyers = (userIds: readonly string[]): RawBuilder<unknown> => sql`
  select id, status, closing_since from users where id = any(${[...userIds]}::uuid[]) order by id for key share`
