import pg from 'pg'

/** What every table of a database holds, as a count and a hash a table: two that are equal say that no row changed. */
export async function digest(url: string, leaveOut: readonly string[] = []): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(`
      select schemaname || '.' || tablename as name from pg_tables
      where (schemaname = 'public' and tablename not like 'kysely%') or (schemaname = 'pgboss' and tablename like 'job%')
      order by 1`)
    // A sum of two independent hashes a row does not depend on the order of the rows, and one statement asks for all tables.
    const asked = tables
      .filter(({ name }) => !leaveOut.includes(name))
      .map(
        ({
          name,
        }) => `select '${name}' as name, count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 1)), 0)
          || ' ' || coalesce(sum(hashtextextended(t::text, 2)), 0) as hash from ${name} t`,
      )
    const { rows } = await client.query<{ name: string; hash: string }>(asked.join(' union all '))
    return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]))
  } finally {
    await client.end()
  }
}
