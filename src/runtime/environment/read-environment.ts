import type pg from 'pg'

export type Environment = 'development' | 'production'
export type KeyPurpose = 'encryption' | 'seal'

/** A key that belongs to a database, by its name. */
export interface KnownKey {
  purpose: KeyPurpose
  id: string
  admittedAt: Date
  retiredAt: Date | null
}

/** The facts that a database knows about itself. */
export interface DatabaseEnvironment {
  /** Undefined where nobody has set it. */
  stamped: Environment | undefined
  keys: KnownKey[]
}

/**
 * Reads the environment of this database and the keys that belong to it; undefined where it is empty, or
 * older than that question.
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
 * Returns the environment of a database. It is production where nobody has set it, except for the embedded
 * database, which belongs to its folder alone.
 */
export function environmentOf(
  known: DatabaseEnvironment | undefined,
  { embedded }: { embedded: boolean },
): Environment {
  return known?.stamped ?? (embedded ? 'development' : 'production')
}
