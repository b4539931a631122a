import type pg from 'pg'

export type Environment = 'development' | 'production'
export type KeyPurpose = 'encryption' | 'seal'

/** An encryption or seal key that belongs to a database; `id` is the key's name. */
export interface KnownKey {
  purpose: KeyPurpose
  id: string
  admittedAt: Date
  retiredAt: Date | null
}

/**
 * The environment (development or production) that a database stores about itself, and the keys that belong
 * to the database.
 */
export interface DatabaseEnvironment {
  /** The environment of the database; undefined if nobody has set it. */
  stamped: Environment | undefined
  keys: KnownKey[]
}

/**
 * Reads the environment of this database (development or production) and the keys that belong to it. Returns
 * undefined if the database is empty, or too old to store them.
 */
export async function readEnvironment(pool: pg.Pool): Promise<DatabaseEnvironment | undefined> {
  const { rows: known } = await pool.query<{ known: boolean }>(
    "select to_regclass('public.database_environment') is not null as known",
  )
  if (!known[0]?.known) return undefined
  const { rows } = await pool.query<{ stamped: Environment | null; keys: StoredKey[] }>(`
    select (select name from public.database_environment) as stamped,
      coalesce((select jsonb_agg(k order by k.admitted_at, k.id) from public.database_keys k), '[]') as keys`)
  const [row] = rows
  return {
    stamped: row?.stamped ?? undefined,
    keys: (row?.keys ?? []).map(({ purpose, id, admitted_at, retired_at }) => ({
      purpose,
      id,
      admittedAt: new Date(admitted_at),
      retiredAt: retired_at === null ? null : new Date(retired_at),
    })),
  }
}

interface StoredKey {
  purpose: KeyPurpose
  id: string
  admitted_at: string
  retired_at: string | null
}

/**
 * Returns the environment of a database. If nobody has set it, it is development for the embedded database
 * of a data folder, and production for any other.
 */
export function environmentOf(
  known: DatabaseEnvironment | undefined,
  { embedded }: { embedded: boolean },
): Environment {
  return known?.stamped ?? (embedded ? 'development' : 'production')
}
