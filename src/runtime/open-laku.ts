import type { Kysely } from 'kysely'
import { type DB, readInstallationId, UnitOfWork, Vault } from '../domain/kernel/index.ts'
import { workRecords } from '../domain/ops/work-records.ts'
import { SharedClock } from './clock.ts'
import type { Config } from './config.ts'
import { databaseUrls, requireDatabase } from './connect.ts'
import { beganAt, createKysely, createPool } from './database.ts'
import { requireFit } from './environment/require-fit.ts'
import type { Laku } from './laku.ts'
import { createLogger } from './logger.ts'
import { migrationStatus } from './migration-status.ts'
import type { Providers } from './providers.ts'
import { JobQueue } from './queue.ts'
import { StartError } from './start-error.ts'

export interface OpenOptions {
  /** The name that the database shows for this process's connections. */
  name: string
  poolSize?: number
  /**
   * False if the process calls no provider. The provider clients are then not loaded, because loading them
   * takes a tenth of a second.
   */
  providers?: boolean
}

/**
 * Opens laku for one process. It is the composition root, so it connects all parts. The database must be
 * migrated. Throws StartError 6 if the database cannot be reached or lacks migrations. Throws StartError 2 if
 * the database belongs to another environment or has other keys, or if production's clock is shifted.
 */
export async function openLaku(config: Config, options: OpenOptions): Promise<Laku> {
  const urls = await databaseUrls(config)
  const poolSize = options.poolSize ?? config.databasePoolSize
  const pool = createPool({ url: urls.app, poolSize, applicationName: `laku ${options.name}` })
  try {
    await requireDatabase(pool, urls.app)
    await requireMigrated(pool)
    const vault = new Vault(config.encryptionKey, config.sealKey)
    await requireFit(pool, { env: config.env, vault, url: urls.app, embedded: urls.embedded })
    const clock = await SharedClock.open(pool, config.env)
    const logger = createLogger({ logLevel: config.logLevel, name: options.name })
    const queue = new JobQueue(urls.direct, (error) => logger.error({ err: error }, 'queue'))
    const db = createKysely(pool)
    const choreography = async () => (await import('../domain/composition/choreography.ts')).choreography
    const enqueue: JobQueue['enqueue'] = (tx, jobs) => queue.enqueue(tx, jobs)
    const unitOfWork = new UnitOfWork({
      db,
      clock,
      beganAt,
      choreography,
      enqueue,
      records: workRecords,
      policy: config.policy,
      vault,
    })
    const close = async () => {
      clock.close()
      await queue.close()
      await pool.end()
    }
    const providers = options.providers === false ? noProviders : await loadProviders(config, db)
    return {
      config,
      urls,
      policy: config.policy,
      clock,
      logger,
      pool,
      db,
      unitOfWork,
      vault,
      queue,
      providers,
      close,
    }
  } catch (error) {
    await pool.end()
    throw error
  }
}

/**
 * Creates the provider clients. All processes share one limiter, so that their calls together stay within
 * Xendit's rate limit.
 */
export async function loadProviders(config: Config, db: Kysely<DB>): Promise<Providers> {
  const { createProviders } = await import('./create-providers.ts')
  const { SharedCallLimiter } = await import('./call-limiter.ts')
  let known: string | undefined
  return createProviders(config, {
    limiter: new SharedCallLimiter(db, 'xendit', config.policy.xenditCallsPerMinute),
    // The installation's id is read once and then remembered. It stays the same as long as the database
    // exists.
    installation: async () => (known ??= await readInstallationId(db)),
  })
}

/**
 * Takes the place of the provider clients in a process that opened laku without providers. Such a process
 * must not call a provider, so any use of this object throws an error.
 */
const noProviders = new Proxy({} as Providers, {
  get(_, name) {
    throw new Error(`this laku was opened without providers, and ${String(name)} was asked for`)
  },
})

async function requireMigrated(pool: Parameters<typeof migrationStatus>[0]): Promise<void> {
  const { pending } = await migrationStatus(pool)
  if (pending.length === 0) return
  throw new StartError(
    6,
    `the database lacks ${pending.length === 1 ? 'a migration' : `${pending.length} migrations`} (first ${pending[0]}): run laku db migrate`,
  )
}
