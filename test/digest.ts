import { createHash } from 'node:crypto'
import pg from 'pg'

/** What every table of a database holds, as a hash a table: two that are equal say that no row changed. */
export async function digest(url: string, leaveOut: readonly string[] = []): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(`
      select schemaname || '.' || tablename as name from pg_tables
      where (schemaname = 'public' and tablename not like 'kysely%') or (schemaname = 'pgboss' and tablename like 'job%')
      order by 1`)
    const hashes: Record<string, string> = {}
    for (const { name } of tables) {
      if (leaveOut.includes(name)) continue
      const { rows } = await client.query<{ row: string }>(
        `select md5(t::text) as row from ${name} t order by 1`,
      )
      const hash = createHash('sha256')
      for (const { row } of rows) hash.update(row)
      hashes[name] = `${rows.length} ${hash.digest('base64url')}`
    }
    return hashes
  } finally {
    await client.end()
  }
}
