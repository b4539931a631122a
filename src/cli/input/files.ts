import { createReadStream, writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { usageError } from '../errors/cli-error.ts'

/**
 * The files of the person who gives the command: they are on that person's machine, wherever the command
 * runs.
 */
export interface Files {
  /**
   * A file that is named on the command line, or stdin where it is `-`; as often as it is wanted. Fails as it
   * is read.
   */
  read(name: string): Readable
  /** Writes one whole; mode 0o600 is for nobody else on that machine. */
  write(name: string, content: string | Uint8Array, mode?: number): void
}

/** The files of this process. */
export const ownFiles: Files = {
  read: (name) => (name === '-' ? process.stdin : createReadStream(name)),
  write: (name, content, mode) => writeFileSync(name, content, mode === undefined ? {} : { mode }),
}

/** Returns the usage error that says which file cannot be read, and why. */
export function unreadable(name: string, error: unknown): Error {
  return usageError(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
}
