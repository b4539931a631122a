import type pg from 'pg'
import type { OwnerConfig } from '../../../runtime/config.ts'
import { databaseUrlsOfOwner, requireDatabase } from '../../../runtime/connect.ts'
import { createPool } from '../../../runtime/database.ts'
import { readEnvironment } from '../../../runtime/environment/read-environment.ts'
import { requireSameEnvironment } from '../../../runtime/environment/require-fit.ts'
import { requireOwner } from '../../../runtime/environment/require-owner.ts'

/**
 * Calls `use` with a connection of the database's owner and its address, after checking that the
 * configuration means this database. Throws StartError: exit code 6 if the database cannot be used, 2 if it
 * is another database or the connection is not the owner's.
 */
export async function asOwner<T>(
  config: OwnerConfig,
  use: (pool: pg.Pool, url: string) => Promise<T>,
): Promise<T> {
  const { owner: url, embedded } = await databaseUrlsOfOwner(config)
  const pool = createPool({ url, poolSize: 1, applicationName: 'laku db keys' })
  try {
    await requireDatabase(pool, url)
    await requireOwner(pool, url)
    requireSameEnvironment(await readEnvironment(pool), { env: config.env, url, embedded })
    return await use(pool, url)
  } finally {
    await pool.end()
  }
}
