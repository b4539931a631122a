import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StartError } from './start-error.ts'

/**
 * Makes the data folder if it is missing (0700: it holds secrets and the database) and returns its real path.
 * Throws StartError 2 if this user may not write there.
 */
export function openDataFolder(dataDir: string): string {
  const folder = resolve(dataDir)
  try {
    makeFolder(folder)
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(folder)
  } catch (error) {
    throw folderError(folder, error)
  }
}

/**
 * Makes a folder level by level, because Node 24's recursive mkdir may never end. This happens in a file
 * system that refuses new entries with ENOENT, like /proc.
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/** Returns the system's code of a failed call, like `EACCES`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export function folderError(folder: string, error: unknown): StartError {
  const code = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
  return new StartError(
    2,
    `the data folder ${folder} cannot be used (${code}): let this user read and write there, or name another with LAKU_DATA_DIR or --data-dir`,
    { cause: error },
  )
}
