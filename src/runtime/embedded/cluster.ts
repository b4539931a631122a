import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import type { Binaries } from './binaries.ts'
import type { Layout } from './layout.ts'
import { serverEnvironment } from './server-environment.ts'
import type { ServerUser } from './server-user.ts'
import { firstStatements, hostBasedAccess, type ServerOptions } from './settings.ts'

const unfinished = 'postgres.new-'

/**
 * Makes the cluster of the embedded server, its roles and its database, if they do not exist yet. The cluster
 * is built under another name and renamed when complete, so that a process killed in between leaves nothing
 * that looks like a cluster. The caller must hold the data folder's start lock.
 */
export function ensureCluster(
  layout: Layout,
  binaries: Binaries,
  user: ServerUser,
  options: ServerOptions,
): void {
  if (existsSync(join(layout.cluster, 'PG_VERSION'))) return
  for (const name of readdirSync(layout.dataDir)) {
    if (name.startsWith(unfinished)) rmSync(join(layout.dataDir, name), { recursive: true, force: true })
  }
  const aside = join(layout.dataDir, `${unfinished}${process.pid}`)
  openAside(layout.dataDir, aside, user)
  const sync = options.fast ? ['--no-sync'] : []
  run(binaries.initdb, ['-D', aside, ...initOptions, ...sync], user)
  writeFileSync(join(aside, 'pg_hba.conf'), hostBasedAccess)
  run(
    binaries.postgres,
    ['--single', '-D', aside, '-c', 'exit_on_error=true', 'postgres'],
    user,
    firstStatements,
  )
  renameSync(aside, layout.cluster)
}

// These options of initdb give one sort order on every machine, whatever its locales: by code point, with
// Unicode's upper and lower case.
const initOptions = [
  ...['--username=postgres', '--auth=trust', '--encoding=UTF8', '--data-checksums'],
  ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
]

function openAside(dataDir: string, aside: string, { owner }: ServerUser): void {
  mkdirSync(aside, { mode: 0o700 })
  if (!owner) return
  chownSync(aside, owner.uid, owner.gid)
  // The server's user must be able to pass through the data folder to its cluster; the other files in the
  // folder keep their own mode.
  chmodSync(dataDir, 0o711)
}

function run(program: string, args: string[], user: ServerUser, input = ''): void {
  const [command = '', ...rest] = [...user.prefix, program, ...args]
  const result = spawnSync(command, rest, {
    ...user.owner,
    env: serverEnvironment(),
    input,
    encoding: 'utf8',
  })
  if (result.status !== 0) throw failure(program, user, result)
}

function failure(program: string, user: ServerUser, result: SpawnSyncReturns<string>): StartError {
  const said = result.stderr?.trim().split('\n').filter(Boolean)
  const line = said?.findLast((text) => /error|fatal|could not|cannot/i.test(text)) ?? said?.at(-1)
  const why = result.error?.message ?? line ?? `${program} ended with ${result.status ?? result.signal}`
  const remedy = user.owner
    ? `root's server runs as user ${user.owner.uid}: put the data folder (LAKU_DATA_DIR) where that user can reach it`
    : 'fix that'
  return new StartError(
    6,
    `the embedded PostgreSQL cannot be set up: ${why.trim()}; ${remedy}, or name a PostgreSQL with DATABASE_URL`,
    { cause: result.error },
  )
}
