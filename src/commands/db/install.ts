import pg from 'pg'
import { queues } from '../../jobs/registry.ts'
import type { Config } from '../../runtime/config.ts'
import { type DatabaseUrls, databaseUrls, requireDatabase, roleOf } from '../../runtime/connect.ts'
import { migrate } from '../../runtime/migrate.ts'
import { migrationStatus } from '../../runtime/migration-status.ts'
import { installQueues } from '../../runtime/queue.ts'

export interface Installed {
  urls: DatabaseUrls
  applied: string[]
  pending: string[]
}

/**
 * Brings a database to what this laku expects, as its owner: queues, tables, and the rights of the application's role.
 * With `dryRun` it only looks. Throws StartError 6 where the database cannot be used.
 */
export async function installDatabase(config: Config, { dryRun = false } = {}): Promise<Installed> {
  const urls = await databaseUrls(config)
  const owner = new pg.Pool({ connectionString: urls.owner, max: 1, connectionTimeoutMillis: 10_000 })
  try {
    await requireDatabase(owner, urls.owner)
    if (dryRun) return { urls, applied: [], pending: (await migrationStatus(owner)).pending }
    await installQueues(urls.owner, queues)
    return { urls, applied: await migrate(owner, roleOf(urls.app)), pending: [] }
  } finally {
    await owner.end()
  }
}
