import type pg from 'pg'
import { roleOf, shownUrl } from '../connect.ts'
import { StartError } from '../start-error.ts'

/**
 * An SQL query that is true if this connection owns the tables of laku, or may make them where there are none
 * yet.
 */
const OWNS = `
  select coalesce(
    (select bool_and(pg_has_role(current_user, c.relowner, 'usage')) from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'),
    has_schema_privilege('public', 'create')) as owns`

export async function ownsTables(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ owns: boolean }>(OWNS)
  return rows[0]?.owns ?? false
}

/** Checks that a connection is that of the database's owner. Throws StartError 2. */
export async function requireOwner(pool: pg.Pool, url: string): Promise<void> {
  if (await ownsTables(pool)) return
  throw new StartError(
    2,
    `${roleOf(url)} does not own the database ${shownUrl(url)}: only its owner can do this. Set DATABASE_OWNER_URL in your own shell, and nowhere else.`,
  )
}
