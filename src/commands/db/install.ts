import pg from 'pg'
import { Vault } from '../../domain/kernel/index.ts'
import { queues } from '../../jobs/registry.ts'
import type { OwnerConfig } from '../../runtime/config.ts'
import {
  type DatabaseUrls,
  databaseUrlsOfOwner,
  requireDatabase,
  roleOf,
  shownUrl,
} from '../../runtime/connect.ts'
import { type Environment, readEnvironment } from '../../runtime/environment/read-environment.ts'
import { requireSameEnvironment, requireSameKeys } from '../../runtime/environment/require-fit.ts'
import { requireOwner } from '../../runtime/environment/require-owner.ts'
import { admitFirstKeys, stampEnvironment } from '../../runtime/environment/stamp.ts'
import { migrate } from '../../runtime/migrate.ts'
import { migrationStatus } from '../../runtime/migration-status.ts'
import { installQueues } from '../../runtime/queue.ts'
import { closeQueue } from '../../runtime/queue-rights.ts'
import { StartError } from '../../runtime/start-error.ts'
import { nameHolders, withLockTimeout } from './lock-waits.ts'

export interface Installed {
  urls: DatabaseUrls
  applied: string[]
  pending: string[]
  /**
   * The database's environment (production or development); undefined while nobody has set one. Until then,
   * the database counts as a production database.
   */
  environment: Environment | undefined
  /**
   * False while the database has no record of its encryption keys. As long as it has none, no process of laku
   * can open the database.
   */
  hasKeys: boolean
}

export interface InstallOptions {
  dryRun?: boolean
  /** The environment (production or development) that the owner names for the database. */
  environment?: Environment | undefined
  /**
   * Asks the owner whether an empty database is for production or development, if `environment` is not given.
   * Returns the configuration to continue with.
   */
  ask?: () => Promise<OwnerConfig>
  /** Whether an embedded database may be made in a data folder that holds none. */
  mayMake?: boolean
}

/**
 * Brings a database up to date for this version of laku, on a connection of the database's owner. Updates the
 * queues, the tables, the rights of the application's role, the environment and the first keys. Before the
 * first change, checks that the configuration fits the database. With `dryRun`, changes nothing.
 *
 * Throws StartError: exit code 6 if the database cannot be used, or if another connection holds a lock for
 * too long; 2 if the database belongs to somebody else.
 */
export async function installDatabase(given: OwnerConfig, options: InstallOptions = {}): Promise<Installed> {
  const urls = await databaseUrlsOfOwner(given, options)
  const ownerUrl = withLockTimeout(urls.owner)
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 1, connectionTimeoutMillis: 10_000 })
  try {
    await requireDatabase(owner, urls.owner)
    await requireOwner(owner, urls.owner)
    const { environment, keys, config } = await requireOwnDatabase(owner, urls, given, options)
    if (options.dryRun) {
      const { pending } = await migrationStatus(owner)
      return { urls, applied: [], pending, environment, hasKeys: keys > 0 }
    }
    await closeQueue(owner, roleOf(urls.app))
    await installQueues(ownerUrl, queues)
    const applied = await migrate(owner, roleOf(urls.app))
    if (environment) await stampEnvironment(owner, environment)
    await admitFirstKeys(owner, config)
    const { rowCount } = await owner.query('select from database_keys limit 1')
    return { urls, applied, pending: [], environment, hasKeys: Boolean(rowCount) }
  } catch (error) {
    throw await nameHolders(owner, error)
  } finally {
    await owner.end()
  }
}

/**
 * Returns the environment that the database has or will get, the number of encryption and seal keys that it
 * knows, and the configuration. Refuses a database of another environment, or with other keys.
 */
async function requireOwnDatabase(
  owner: pg.Pool,
  { owner: url, embedded }: DatabaseUrls,
  given: OwnerConfig,
  { environment: asked, ask, dryRun }: InstallOptions,
): Promise<{ environment: Environment | undefined; keys: number; config: OwnerConfig }> {
  const known = await readEnvironment(owner)
  const stamped = known?.stamped ?? (embedded ? 'development' : undefined)
  if (stamped && asked && stamped !== asked) {
    throw new StartError(
      2,
      `this database is for ${stamped}, but --environment is ${asked}. This cannot be changed: make another database.`,
    )
  }
  const isNew = !known && (await isEmpty(owner, url))
  const isAsked = ask !== undefined && isNew && !stamped && !asked && !dryRun
  const config = isAsked ? await ask() : given
  const environment = stamped ?? asked ?? (isAsked ? config.env : undefined)
  if (environment || !isNew) {
    requireSameEnvironment({ stamped: environment, keys: [] }, { env: config.env, url, embedded })
  }
  const keys = known?.keys ?? []
  if (keys.length > 0 && config.encryptionKey) {
    requireSameKeys(known, { url, vault: new Vault(config.encryptionKey, config.sealKey) })
  }
  return { environment, keys: keys.length, config }
}

/**
 * Returns whether laku never made anything in this database. Throws StartError 2 if another program did: laku
 * would put its tables between theirs, and give its own role rights to theirs. Tables of extensions are no
 * program's.
 */
async function isEmpty(owner: pg.Pool, url: string): Promise<boolean> {
  const { rows } = await owner.query<{ made: boolean; others: string | null }>(`
    select to_regclass('public.kysely_migration') is not null as made, (
      select string_agg(relname, ', ' order by relname) from (
        select c.relname from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'f')
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        order by c.relname limit 3) t) as others`)
  const [row] = rows
  if (!row || row.made) return false
  if (row.others === null) return true
  throw new StartError(
    2,
    `the database ${shownUrl(url)} holds tables of another program (${row.others}): make a database for laku alone`,
  )
}
