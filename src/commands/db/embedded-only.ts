import { resolve } from 'node:path'
import type { CommandContext } from '../../cli/define/context.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { type Config, defaultDataDir } from '../../runtime/config.ts'

/**
 * Tells whether the person named the data folder. Only in such a folder does a command of the database's
 * owner make a new database: in the default folder, the person may only stand in a wrong place.
 */
export const isFolderNamed = ({ flags }: CommandContext, { dataDir }: Pick<Config, 'dataDir'>): boolean =>
  flags.dataDir !== undefined ||
  Boolean(process.env.LAKU_DATA_DIR) ||
  resolve(dataDir) !== resolve(defaultDataDir)

/**
 * Throws a usage error if a database other than the embedded one is configured: laku starts and stops only
 * the embedded server.
 */
export function requireEmbedded(config: Config): void {
  if (config.databaseUrl === undefined) return
  throw usageError(
    'DATABASE_URL names a server that laku cannot start or stop. Unset DATABASE_URL to use the embedded database.',
  )
}

/**
 * Throws a usage error if a database other than the embedded one is configured, because laku copies only the
 * embedded database. The error says what to use instead.
 */
export function requireEmbeddedFor(config: Config, verb: string, instead: string): void {
  if (config.databaseUrl === undefined) return
  throw usageError(
    `DATABASE_URL names another server, but laku db ${verb} works only on the embedded one: use ${instead}`,
  )
}
