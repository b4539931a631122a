import pg from 'pg'

/** The content of every table, as a text by the table's name. */
export type Digest = Record<string, string>

/**
 * Reads the digest of one database repeatedly over one connection, because opening a connection each time
 * would cost more than the reading.
 */
export interface DigestReader {
  read(): Promise<Digest>
  close(): Promise<void>
}

/**
 * Returns the content of every table of a database, as a row count and a hash for each table. Two equal
 * digests prove that no row changed. `leaveOut` names tables, or single columns as `schema.table.column`.
 */
export async function digest(url: string, leaveOut: readonly string[] = []): Promise<Digest> {
  const reader = await openDigest(url, leaveOut)
  try {
    return await reader.read()
  } finally {
    await reader.close()
  }
}

export async function openDigest(url: string, leaveOut: readonly string[] = []): Promise<DigestReader> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows: tables } = await client.query<{ name: string }>(`
    select schemaname || '.' || tablename as name from pg_tables
    where (schemaname = 'public' and tablename not like 'kysely%') or (schemaname = 'pgboss' and tablename like 'job%')
    order by 1`)
  const rowOf = (table: string) => {
    const without = leaveOut
      .filter((column) => column.startsWith(`${table}.`))
      .map((column) => column.slice(table.length + 1))
    return without.length === 0 ? 't::text' : `(to_jsonb(t) - '{${without.join(',')}}'::text[])::text`
  }
  // Two independent hashes of each row are summed, so that the order of the rows does not matter. One
  // statement reads all tables.
  const text = tables
    .filter(({ name }) => !leaveOut.includes(name))
    .map(
      ({
        name,
      }) => `select '${name}' as name, count(*) || ' ' || coalesce(sum(hashtextextended(${rowOf(name)}, 1)), 0)
          || ' ' || coalesce(sum(hashtextextended(${rowOf(name)}, 2)), 0) as hash from ${name} t`,
    )
    .join(' union all ')
  return {
    async read() {
      const { rows } = await client.query<{ name: string; hash: string }>({ name: 'digest', text })
      return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]))
    },
    close: () => client.end(),
  }
}
