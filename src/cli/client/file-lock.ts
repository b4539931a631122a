import { mkdirSync, rmSync, statSync } from 'node:fs'

/** The time after which a lock counts as left behind by a process that was killed (ms). */
const LOCK_OLD_MS = 5_000

/**
 * Runs `use` while this process alone holds the lock of a file; other processes wait. The lock is a folder
 * beside the file. If several processes create this folder at once, only one of them succeeds.
 */
export function withLock<T>(file: string, use: () => T): T {
  const lock = `${file}.lock`
  while (!lockMade(lock)) {
    const madeMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (madeMs !== undefined && Date.now() - madeMs > LOCK_OLD_MS)
      rmSync(lock, { recursive: true, force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  }
  try {
    return use()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function lockMade(lock: string): boolean {
  try {
    mkdirSync(lock, { mode: 0o700 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
