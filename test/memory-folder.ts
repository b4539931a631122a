import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const MEMORY = '/dev/shm'
/** Above what all servers of a run hold at once; a container often has 64 MB there. */
const NEEDED_BYTES = 4e9

/**
 * Returns the folder for the temporary files of a run: the system's folder in memory where that is large
 * enough, unless TMPDIR names another. A clone of the template costs 45 ms of processor time in memory and
 * 220 ms on a disk.
 */
export function memoryFolder(): string {
  if (process.env.TMPDIR) return process.env.TMPDIR
  try {
    accessSync(MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    if (bavail * bsize >= NEEDED_BYTES) return MEMORY
  } catch {
    // Only Linux has such a folder.
  }
  return tmpdir()
}
