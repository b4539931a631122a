import { existsSync, realpathSync, rmdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDataFolder, systemCode } from './data-folder.ts'
import { launch } from './embedded/launch.ts'
import { type Layout, layoutOf, port } from './embedded/layout.ts'
import {
  clearRemains,
  findPostmaster,
  hasSocket,
  isServerOf,
  type Postmaster,
} from './embedded/postmaster.ts'
import type { ServerOptions } from './embedded/settings.ts'
import { withStartLock } from './embedded/start-lock.ts'
import { StartError } from './start-error.ts'

/**
 * The time to wait for an embedded server that still recovers (ms). Another process may have started the
 * server and then ended, before the server had recovered.
 */
const recoveryMs = 60_000

/** A running embedded server, and the URLs by which its database roles connect over its socket. */
export interface EmbeddedPostgres {
  socketDir: string
  /** The URL of the owner role, which owns and migrates the database, and may create other databases. */
  ownerUrl: string
  /** The URL of the application's role, which has only the rights that migrations grant. */
  appUrl: string
  /** The URL of the superuser, for tests and backups. */
  superUrl: string
  pid: number
}

export interface EmbeddedPostgresStatus {
  running: boolean
  pid?: number
  startedAt?: Date
  socketDir?: string
  cluster: string
  logFile: string
}

/**
 * Returns the URLs of a data folder's embedded server. Makes the server the first time, and starts it if it
 * does not run. Any number of processes may call this at once. They share one server, which runs until
 * `stopEmbeddedPostgres`. Throws StartError 2 for a folder that cannot be written, 6 if the server is not
 * available.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  options: ServerOptions = {},
): Promise<EmbeddedPostgres> {
  const layout = layoutOf(openDataFolder(dataDir))
  const running = ready(layout)
  if (running) return reachable(running)
  return reachable(await withStartLock(layout.dataDir, () => findOrLaunch(layout, options)))
}

/**
 * Stops the embedded server of a data folder, ending its connections; returns false when none was running.
 */
export async function stopEmbeddedPostgres(dataDir: string): Promise<boolean> {
  if (!existsSync(dataDir)) return false
  const layout = layoutOf(realpathSync(dataDir))
  if (!existsSync(layout.cluster)) return false
  return await withStartLock(layout.dataDir, async () => {
    const found = findPostmaster(layout)
    if (found) await end(layout, found)
    await clearRemains(layout)
    removeIfEmpty(found?.socketDir ?? layout.socketDir)
    return found !== undefined
  })
}

/**
 * Returns whether the embedded server of a data folder runs, and where its files are. Starts and makes
 * nothing.
 */
export async function embeddedPostgresStatus(dataDir: string): Promise<EmbeddedPostgresStatus> {
  const layout = layoutOf(existsSync(dataDir) ? realpathSync(dataDir) : dataDir)
  const { cluster, logFile } = layout
  const found = findPostmaster(layout)
  if (!found) return { running: false, cluster, logFile }
  const { pid, startedAt, socketDir } = found
  return { running: true, pid, startedAt, socketDir, cluster, logFile }
}

function ready(layout: Layout): Postmaster | undefined {
  const found = findPostmaster(layout)
  return found?.ready && hasSocket(found) ? found : undefined
}

async function findOrLaunch(layout: Layout, options: ServerOptions): Promise<Postmaster> {
  const deadline = performance.now() + recoveryMs
  let found = findPostmaster(layout)
  while (found && !found.ready && performance.now() < deadline) {
    await sleep(20)
    found = findPostmaster(layout)
  }
  if (found?.ready && hasSocket(found)) return found
  if (found) await end(layout, found)
  return launch(layout, options)
}

function reachable({ pid, socketDir }: Postmaster): EmbeddedPostgres {
  const host = encodeURIComponent(socketDir).replaceAll('%2F', '/')
  const urlOf = (role: string) => `postgres://${role}@localhost:${port}/laku?host=${host}`
  return {
    socketDir,
    ownerUrl: urlOf('laku_owner'),
    appUrl: urlOf('laku_app'),
    superUrl: urlOf('postgres'),
    pid,
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error
  }
}

/**
 * Ends a server by PostgreSQL's fast shutdown, or by an immediate shutdown if the fast one takes too long.
 * After an immediate shutdown, PostgreSQL recovers the database at the next start.
 */
async function end(layout: Layout, { pid }: Postmaster): Promise<void> {
  for (const [signal, timeoutMs] of [['SIGINT', 30_000] as const, ['SIGQUIT', 10_000] as const]) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if (systemCode(error) === 'ESRCH') return
      throw new StartError(
        6,
        `this user may not stop the server ${pid} of ${layout.dataDir} (${systemCode(error)})`,
      )
    }
    const deadline = performance.now() + timeoutMs
    while (performance.now() < deadline) {
      if (!isServerOf(pid, layout.cluster)) return
      await sleep(10)
    }
  }
  throw new StartError(6, `the server ${pid} of ${layout.dataDir} does not end: see ${layout.logFile}`)
}
