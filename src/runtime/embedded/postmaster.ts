import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { folderError, systemCode } from '../data-folder.ts'
import { type Layout, socketName } from './layout.ts'

/**
 * The time (ms) that an orphaned server may take for an immediate shutdown. Orphaned means that the server's
 * data folder was removed. If the server still runs after this time, it is killed.
 */
const orphanMs = 5_000

/** The facts that a running server writes about itself in `postmaster.pid`. */
export interface Postmaster {
  pid: number
  startedAt: Date
  socketDir: string
  ready: boolean
}

/** Returns the running server of a data folder; undefined if none runs, whatever its pid file says. */
export function findPostmaster(layout: Layout): Postmaster | undefined {
  const found = readPidFile(layout)
  return found && isServerOf(found.pid, layout.cluster) ? found : undefined
}

// The lines of `postmaster.pid`: pid, data folder, start in Unix seconds, port, socket folder, listen
// address, shared memory, state.
function readPidFile({ pidFile, dataDir }: Layout): Postmaster | undefined {
  const lines = readIfThere(pidFile, dataDir)?.split('\n') ?? []
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined
  return {
    pid,
    startedAt: new Date(Number(lines[2]) * 1000),
    socketDir: lines[4] ?? '',
    ready: lines[7]?.trim() === 'ready',
  }
}

function readIfThere(path: string, dataDir: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw folderError(dataDir, error)
  }
}

/**
 * Returns true if a pid belongs to a living server of this cluster. After a kill -9 the pid file stays, and
 * its pid may later belong to a zombie or to another program. PostgreSQL itself takes both for a running
 * server. laku recognises a server by its working folder, which is the cluster's folder.
 */
export function isServerOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false
  return process.platform !== 'linux' || workingFolder(pid) === cluster
}

/** Returns true if a process runs; a zombie does not run. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
  if (process.platform !== 'linux') return true
  // The file /proc/<pid>/stat begins with `pid (name) state`. The name may hold anything, also brackets and
  // spaces.
  const stat = readProc(`/proc/${pid}/stat`)
  const state = stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  return state !== undefined && state !== 'Z' && state !== 'X'
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

/**
 * Removes the pid file, the socket and the socket's lock file of a dead server, so that the next server can
 * start. The caller must hold the start lock, and must know from `findPostmaster` that no server runs.
 *
 * A server whose data folder was removed may still run and hold the socket. This function ends that server.
 * Otherwise that server would remove the socket's file when it ends, although the file may then belong to a
 * new server.
 */
export async function clearRemains(layout: Layout): Promise<void> {
  rmSync(layout.pidFile, { force: true })
  const socket = join(layout.socketDir, socketName)
  const holder = Number(readIfThere(`${socket}.lock`, layout.dataDir)?.split('\n')[0])
  if (holder > 1 && workingFolder(holder) === `${layout.cluster} (deleted)`) await endOrphan(holder)
  for (const path of [socket, `${socket}.lock`]) rmSync(path, { force: true })
}

async function endOrphan(pid: number): Promise<void> {
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    const deadline = performance.now() + orphanMs
    signalled(pid, signal)
    while (isAlive(pid) && performance.now() < deadline) await sleep(10)
  }
}

/** Sends a signal to a process, which may have ended by itself a moment ago. */
function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error
  }
}

/**
 * Returns true if a server's socket still exists. If somebody cleaned the temp folder, the socket is gone,
 * and nobody can reach the server.
 */
export function hasSocket({ socketDir }: Postmaster): boolean {
  return existsSync(join(socketDir, socketName))
}
