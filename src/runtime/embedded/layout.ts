import { createHash } from 'node:crypto'
import { chownSync, lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import type { ServerUser } from './server-user.ts'

/** The paths of everything that belongs to the embedded server of a data folder. */
export interface Layout {
  dataDir: string
  cluster: string
  pidFile: string
  logFile: string
  socketDir: string
}

export const port = 5432
export const socketName = `.s.PGSQL.${port}`

/**
 * The maximum length (bytes) of the socket's path. Linux accepts 107 bytes and macOS only 103, so every
 * system accepts this length.
 */
const longestSocketPath = 103

/**
 * Returns the layout below a data folder's real path. The socket's path is derived from the folder's path, so
 * that a restart keeps it.
 */
export function layoutOf(dataDir: string): Layout {
  const cluster = join(dataDir, 'postgres')
  return {
    dataDir,
    cluster,
    pidFile: join(cluster, 'postmaster.pid'),
    logFile: join(dataDir, 'postgres.log'),
    socketDir: socketFolder(dataDir),
  }
}

function socketFolder(dataDir: string): string {
  const name = `laku-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
  const usual = join(tmpdir(), name)
  return Buffer.byteLength(join(usual, socketName)) <= longestSocketPath ? usual : join('/tmp', name)
}

/**
 * Makes the folder for the server's socket, open to its owner alone. Anybody can guess the folder's name
 * and make it in the temp folder first. So a folder that another user made is refused.
 */
export function openSocketFolder(folder: string, { owner }: ServerUser): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  const uid = process.getuid?.()
  const ours = stat.uid === uid || stat.uid === owner?.uid
  if (!stat.isDirectory() || !ours || (stat.mode & 0o077) !== 0) {
    throw new StartError(6, `the socket folder ${folder} was made by somebody else: remove it, or set TMPDIR`)
  }
  if (owner && stat.uid !== owner.uid) chownSync(folder, owner.uid, owner.gid)
}
