import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { folderError, systemCode } from '../data-folder.ts'
import { StartError } from '../start-error.ts'
import { layoutOf } from './layout.ts'

/**
 * Returns whether a data folder holds the files of an embedded database. Throws StartError 2 where this user
 * may not look.
 */
export function isMade(dataDir: string): boolean {
  const folder = resolve(dataDir)
  try {
    return statSync(layoutOf(folder).cluster).isDirectory()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw folderError(folder, error)
  }
}

/**
 * Checks that a data folder holds an embedded database. Without this check, a command in a wrong folder would
 * make a new, empty database there. Throws StartError 2.
 */
export function requireMade(dataDir: string): void {
  if (isMade(dataDir)) return
  throw new StartError(
    2,
    `${resolve(dataDir)} holds no database: laku up starts a new shop there. To use another shop, name its folder with --data-dir (LAKU_DATA_DIR), or its database with DATABASE_URL.`,
  )
}
