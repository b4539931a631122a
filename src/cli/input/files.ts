import { chmodSync, createReadStream, statSync, writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { messageOf, usageError } from '../errors/cli-error.ts'

/**
 * The files of the person who gives the command: they are on that person's machine, wherever the command
 * runs.
 */
export interface Files {
  /**
   * Opens a file that the command line names, or stdin for `-`. The command may open a file several times. If
   * a file cannot be read, the opening succeeds and the first read fails.
   */
  read(name: string): Readable
  /**
   * Writes a whole file on the machine of the person who gives the command. With mode 0o600, no other user of
   * that machine can read the file.
   */
  write(name: string, content: string | Uint8Array, mode?: number): void
}

/** Reads and writes files on the machine on which this process runs. */
export const ownFiles: Files = {
  read: (name) => (name === '-' ? process.stdin : createReadStream(name)),
  write: (name, content, mode) => {
    closeToOthers(name, mode)
    writeFileSync(name, content, mode === undefined ? {} : { mode })
  },
}

/**
 * Takes other users' rights to a file that exists already, before a secret is written there: the mode of a
 * write counts only for a new file.
 */
export function closeToOthers(name: string, mode: number | undefined): void {
  if (mode === undefined || (mode & 0o077) !== 0) return
  if (statSync(name, { throwIfNoEntry: false })?.isFile()) chmodSync(name, mode)
}

/** Returns the usage error that says which file cannot be read, and why. */
export function unreadable(name: string, error: unknown): Error {
  return usageError(`${name} cannot be read: ${messageOf(error)}`)
}
