import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandContext } from '../../cli/define/context.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import type { Config, Flags } from '../../runtime/config.ts'
import { sandboxSmtpPort } from '../../runtime/config.ts'
import { refuseProduction } from '../sandbox.ts'
import { freePorts, requireFree } from './ports.ts'
import { requireNoOtherShop } from './shop-record.ts'

export interface UpFlags {
  port?: string | undefined
  sandboxPort?: string | undefined
  seed: boolean
  ephemeral: boolean
}

export interface Plan {
  config: Config
  metricsPort: number
  staffPort: number
  /** The folder of an ephemeral laku, which is removed at the end. */
  temporary: string | undefined
}

/**
 * Plans the data folder and the ports of `laku up`. An ephemeral laku takes a new folder, and free ports if
 * none are named.
 */
export async function planOf(context: CommandContext, flags: UpFlags): Promise<Plan> {
  const { env } = process
  if (flags.ephemeral && context.flags.dataDir !== undefined)
    throw usageError('--ephemeral uses a new folder, which is removed at the end. Leave --data-dir out.')
  const own: Flags = { port: flags.port ?? env.PORT, sandboxPort: flags.sandboxPort ?? env.LAKU_SANDBOX_PORT }
  const temporary = flags.ephemeral ? await mkdtemp(join(tmpdir(), 'laku-')) : undefined
  if (temporary) {
    own.dataDir = temporary
    own.port ??= '0'
    own.sandboxPort ??= '0'
  }
  if (Number(own.port) === 0) own.port = await freePorts(1)
  if (Number(own.sandboxPort) === 0) own.sandboxPort = await freePorts(2)
  const config = context.config(own)
  refuseProduction(config, 'laku up, with its provider sandbox,')
  await requireNoOtherShop(config.dataDir)
  await requireFree(config.port, config.host, '--port')
  await requireFree(config.sandboxPort, '127.0.0.1', '--sandbox-port')
  await requireFree(sandboxSmtpPort(config), '127.0.0.1', '--sandbox-port (mail listens on the one after it)')
  return {
    config,
    metricsPort: config.metricsPort ?? (await freePorts(1)),
    staffPort: config.staffPort || (await freePorts(1)),
    temporary,
  }
}

/**
 * Returns the environment of the child processes: it carries the plan's settings, whichever flag or file they
 * came from.
 */
export function environmentOf({ config, staffPort }: Plan): NodeJS.ProcessEnv {
  const { env } = process
  const database = config.databaseUrl === undefined ? {} : { DATABASE_URL: config.databaseUrl }
  return {
    ...env,
    ...database,
    // The server and the worker do not get the password of the database's owner, because they do not need it.
    DATABASE_OWNER_URL: '',
    DATABASE_OWNER_URL_FILE: '',
    LAKU_DATA_DIR: config.dataDir,
    HOST: config.host,
    PORT: String(config.port),
    LAKU_SANDBOX_PORT: String(config.sandboxPort),
    LAKU_STAFF_PORT: String(staffPort),
    // The default log level of the child processes is warn, because at a terminal people want to read
    // addresses and not every request.
    LAKU_LOG_LEVEL: env.LAKU_LOG_LEVEL || 'warn',
    // Only the server has a metrics port, so the environment that all child processes share names none.
    LAKU_METRICS_PORT: '',
  }
}
