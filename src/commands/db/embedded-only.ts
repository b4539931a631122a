import { usageError } from '../../cli/errors/cli-error.ts'
import type { Config } from '../../runtime/config.ts'

/**
 * Only the embedded server is started and stopped by laku. Throws a usage error where another is configured.
 */
export function requireEmbedded(config: Config): void {
  if (config.databaseUrl === undefined) return
  throw usageError(
    'DATABASE_URL names a server that laku neither starts nor stops: unset it for the embedded one',
  )
}

/**
 * Refuses a copy of any database but the embedded one: laku copies no other. Throws a usage error that says
 * what to use instead.
 */
export function requireEmbeddedFor(config: Config, verb: string, instead: string): void {
  if (config.databaseUrl === undefined) return
  throw usageError(
    `DATABASE_URL names a server of its own, and laku db ${verb} is for the embedded one: use ${instead}`,
  )
}
