import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { withLock } from '../cli/client/file-lock.ts'
import { CliError, exitCodes } from '../cli/errors/cli-error.ts'
import { folderError, openDataFolder, systemCode } from '../runtime/data-folder.ts'

// Each token is saved under the name of its database, because one data folder may have been used with several
// databases.
const schema = z.object({ tokens: z.record(z.string(), z.string()) })

type Credentials = z.output<typeof schema>

function fileOf(dataDir: string): string {
  return join(dataDir, 'credentials.json')
}

function readCredentials(dataDir: string): Credentials {
  const path = fileOf(dataDir)
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return { tokens: {} }
    const why = systemCode(error) ?? 'it is damaged'
    throw new CliError(exitCodes.usage, 'credentials', `${path} cannot be read (${why}): fix or remove it`)
  }
}

/**
 * Returns whether the file of tokens in this folder belongs to the person who runs this process: nobody may
 * use another person's token.
 */
export function isMine(dataDir: string): boolean {
  const owner = statSync(fileOf(dataDir), { throwIfNoEntry: false })?.uid
  return owner !== undefined && (process.getuid === undefined || owner === process.getuid())
}

/** Returns the token that was saved for a database, by the database's name. */
export function savedToken(dataDir: string, database: string): string | undefined {
  return readCredentials(dataDir).tokens[database]
}

/** Saves a token for a database, whole or not at all, in a file for its owner alone (0600). */
export function saveToken(dataDir: string, database: string, token: string): void {
  const folder = openDataFolder(dataDir)
  withLock(fileOf(folder), () =>
    writeCredentials(folder, { ...readCredentials(folder).tokens, [database]: token }),
  )
}

/** Deletes the saved token of a database; returns whether there was one. */
export function forgetToken(dataDir: string, database: string): boolean {
  if (readCredentials(dataDir).tokens[database] === undefined) return false
  return withLock(fileOf(dataDir), () => {
    const { [database]: known, ...others } = readCredentials(dataDir).tokens
    if (known !== undefined) writeCredentials(dataDir, others)
    return known !== undefined
  })
}

function writeCredentials(folder: string, tokens: Credentials['tokens']): void {
  const aside = `${fileOf(folder)}.${process.pid}`
  try {
    writeFileSync(aside, `${JSON.stringify({ tokens }, undefined, 2)}\n`, { mode: 0o600 })
    renameSync(aside, fileOf(folder))
  } catch (error) {
    throw folderError(folder, error)
  }
}
