import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCode } from '../data-folder.ts'
import { StartError } from '../start-error.ts'

type Release = () => Promise<void>

const timeoutMs = 90_000

/**
 * Runs `work` while no other process runs its own `work` for this data folder. The kernel holds the start
 * lock, so the lock ends with its process, however the process dies. A lock file with a pid in it would be
 * worse, because laku could only guess whether the pid is stale.
 */
export async function withStartLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const release = await acquire(dataDir)
  try {
    return await work()
  } finally {
    await release()
  }
}

async function acquire(dataDir: string): Promise<Release> {
  const attempt = process.platform === 'linux' ? abstractSocket : exclusiveFile
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const release = await attempt(dataDir)
    if (release) return release
    if (performance.now() > deadline) {
      throw new StartError(
        6,
        `another process has been starting the database of ${dataDir} for ${timeoutMs / 1000} s`,
      )
    }
    await sleep(25 + Math.random() * 25)
  }
}

/**
 * Takes the start lock as a name in Linux's abstract socket namespace. Only one process can listen on the
 * name, and no file is left behind.
 */
function abstractSocket(dataDir: string): Promise<Release | undefined> {
  const name = `\0laku-start-${createHash('sha256').update(dataDir).digest('hex').slice(0, 32)}`
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (systemCode(error) === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(name, () => resolve(() => new Promise((closed) => server.close(() => closed()))))
  })
}

/** The flag by which macOS and BSD lock a file at the moment when it is opened. */
const openExclusively = 0x20

async function exclusiveFile(dataDir: string): Promise<Release | undefined> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | openExclusively
  try {
    const file = await open(join(dataDir, 'start.lock'), flags, 0o600)
    return () => file.close()
  } catch (error) {
    if (systemCode(error) === 'EAGAIN') return undefined
    throw error
  }
}
