import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'

/**
 * The folder of the SQL migrations, two levels up from here: beside src/ in a checkout, and beside dist/ in
 * the package.
 */
export const migrationsFolder = fileURLToPath(new URL('../../migrations/', import.meta.url))

export interface MigrationStatus {
  applied: string[]
  pending: string[]
}

/** Returns the names of all migrations, in the order in which they are run. */
export async function migrationNames(): Promise<string[]> {
  const files = await readdir(migrationsFolder)
  return files.flatMap((file) => (file.endsWith('.sql') ? file.slice(0, -'.sql'.length) : [])).sort()
}

/**
 * Reads which migrations kysely's Migrator has noted in this database. It does so without loading the
 * Migrator, because every command asks for the status.
 */
export async function migrationStatus(pool: pg.Pool): Promise<MigrationStatus> {
  const names = await migrationNames()
  const known = await pool.query("select to_regclass('kysely_migration') is not null as known")
  const { rows } = known.rows[0].known
    ? await pool.query<{ name: string }>('select name from kysely_migration')
    : { rows: [] }
  const applied = new Set(rows.map((row) => row.name))
  return {
    applied: names.filter((name) => applied.has(name)),
    pending: names.filter((name) => !applied.has(name)),
  }
}
