import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../data-folder.ts'
import { StartError } from '../start-error.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { type Layout, openSocketFolder } from './layout.ts'
import { clearRemains, findPostmaster, type Postmaster } from './postmaster.ts'
import { serverEnvironment } from './server-environment.ts'
import { type ServerUser, serverUser } from './server-user.ts'
import { type ServerOptions, serverSettings } from './settings.ts'

/**
 * The size (bytes) above which the server's log is renamed at the next start. Only one renamed log is kept:
 * it overwrites the earlier one.
 */
const largestLogBytes = 5_000_000

/**
 * The time that the embedded server may take to start (ms). After a crash it first reads up to max_wal_size
 * of its write-ahead log.
 */
const timeoutMs = 120_000

/**
 * The time that the child processes of a killed server may take to end (ms). Until they end, the server's
 * shared memory is in use, so no new server can start.
 */
const lingeringMs = 15_000

/**
 * Starts the embedded server. If there is no cluster yet, makes it first. To be called under the start lock.
 */
export async function launch(layout: Layout, options: ServerOptions): Promise<Postmaster> {
  const binaries = findBinaries()
  const user = serverUser(layout.cluster)
  ensureCluster(layout, binaries, user, options)
  openSocketFolder(layout.socketDir, user)
  await clearRemains(layout)
  // initdb made postgresql.conf for the server's user. Writing to the file does not change its owner.
  writeFileSync(join(layout.cluster, 'postgresql.conf'), serverSettings(layout.socketDir, options))
  rotateLog(layout.logFile)
  const deadline = performance.now() + lingeringMs
  for (;;) {
    const logStart = sizeOf(layout.logFile)
    const child = spawnServer(layout, binaries, user)
    const started = await untilReady(layout, child)
    if (started) return started
    const said = readFileSync(layout.logFile).subarray(logStart).toString()
    if (!/shared memory block .*is still in use/.test(said) || performance.now() > deadline) {
      throw startFailure(layout, said)
    }
    await sleep(200)
  }
}

function rotateLog(logFile: string): void {
  if (sizeOf(logFile) > largestLogBytes) renameSync(logFile, `${logFile}.1`)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/**
 * Starts the server in a session of its own, so that neither Ctrl-C nor the end of the starting process
 * reaches it.
 */
function spawnServer(layout: Layout, binaries: Binaries, user: ServerUser): ChildProcess {
  const [command = '', ...args] = [...user.prefix, binaries.postgres, '-D', layout.cluster]
  const log = openSync(layout.logFile, 'a', 0o600)
  const child = spawn(command, args, {
    ...user.owner,
    env: serverEnvironment(),
    cwd: layout.cluster,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  child.unref()
  return child
}

/** Waits until the server takes connections; returns undefined when the server ended instead. */
async function untilReady(layout: Layout, child: ChildProcess): Promise<Postmaster | undefined> {
  let failure: Error | undefined
  child.once('error', (error) => {
    failure = error
  })
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    const found = findPostmaster(layout)
    if (found?.ready && found.pid === child.pid) return found
    if (failure) throw startFailure(layout, systemCode(failure) ?? failure.message)
    if (child.exitCode !== null || child.signalCode !== null) return undefined
    await sleep(10)
  }
  throw startFailure(layout, `not ready within ${timeoutMs / 1000} s`)
}

function startFailure(layout: Layout, said: string): StartError {
  const lines = said.trim().split('\n')
  const why = (lines.findLast((line) => line.includes('FATAL')) ?? lines.at(-1) ?? '').replace(
    /^.*FATAL:\s*/,
    '',
  )
  return new StartError(
    6,
    `the embedded PostgreSQL of ${layout.dataDir} did not start: ${why || 'it said nothing'} (its log: ${layout.logFile})`,
  )
}
