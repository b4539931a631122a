import pg from 'pg'

/**
 * What every table of a database holds, as a count and a hash a table: two that are equal say that no row
 * changed. Tables are left out by name, and single columns as `schema.table.column`.
 */
export async function digest(url: string, leaveOut: readonly string[] = []): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(`
      select schemaname || '.' || tablename as name from pg_tables
      where (schemaname = 'public' and tablename not like 'kysely%') or (schemaname = 'pgboss' and tablename like 'job%')
      order by 1`)
    const rowOf = (table: string) => {
      const without = leaveOut
        .filter((one) => one.startsWith(`${table}.`))
        .map((one) => one.slice(table.length + 1))
      return without.length === 0 ? 't::text' : `(to_jsonb(t) - '{${without.join(',')}}'::text[])::text`
    }
    // A sum of two independent hashes a row does not depend on the order of the rows, and one statement asks
    // for all tables.
    const asked = tables
      .filter(({ name }) => !leaveOut.includes(name))
      .map(
        ({
          name,
        }) => `select '${name}' as name, count(*) || ' ' || coalesce(sum(hashtextextended(${rowOf(name)}, 1)), 0)
          || ' ' || coalesce(sum(hashtextextended(${rowOf(name)}, 2)), 0) as hash from ${name} t`,
      )
    const { rows } = await client.query<{ name: string; hash: string }>(asked.join(' union all '))
    return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]))
  } finally {
    await client.end()
  }
}
