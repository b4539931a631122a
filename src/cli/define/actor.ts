import { isMine, savedToken, saveToken } from '../../commands/credentials.ts'
import type { Actor } from '../../domain/kernel/index.ts'
import { roleOf, shownUrl } from '../../runtime/connect.ts'
import type { Laku } from '../../runtime/laku.ts'
import { configFolder } from '../client/saved-contexts.ts'
import { CliError, exitCodes } from '../errors/cli-error.ts'

/**
 * Returns the name of a database, under which a person's token for it is saved. The embedded database has a
 * fixed name, because the folder of its socket may change.
 */
export function databaseName({ urls }: Laku): string {
  return urls.embedded ? 'embedded' : shownUrl(urls.app).replace(`${roleOf(urls.app)}@`, '')
}

/**
 * Returns the folder that keeps a person's token. For the embedded database, this is the data folder, because
 * that folder belongs to the database's owner. For any other database, it is the person's own configuration
 * folder.
 */
export function tokenFolder({ urls, config }: Laku): string {
  return urls.embedded ? config.dataDir : configFolder(process.env)
}

/**
 * Returns the token that was saved for this database. An earlier version of laku saved tokens in the data
 * folder. So this function also searches that folder, if its file of tokens belongs to the person who runs
 * the command.
 */
function keptToken(laku: Laku): string | undefined {
  const { dataDir } = laku.config
  const own = savedToken(tokenFolder(laku), databaseName(laku))
  return own ?? (isMine(dataDir) ? savedToken(dataDir, databaseName(laku)) : undefined)
}

/**
 * Returns the holder of LAKU_TOKEN, or of the token that was saved for this database. Throws a CliError with
 * exit code 4.
 */
export async function identify(laku: Laku): Promise<Actor> {
  const { config } = laku
  const token = config.token ?? keptToken(laku)
  if (!token) {
    throw new CliError(
      exitCodes.notAllowed,
      'not_logged_in',
      'you are not logged in. Run "laku auth login" or set LAKU_TOKEN to your staff token; the owner of the database can add an administrator with "laku db migrate --admin NAME"',
    )
  }
  const actor = await staffOf(laku, token)
  if (actor) return actor
  const source = config.token ? 'the token of LAKU_TOKEN' : `the token saved in ${tokenFolder(laku)}`
  throw new CliError(
    exitCodes.notAllowed,
    'token_refused',
    `${source} is not valid for this database (unknown, expired or revoked). Ask an administrator for a new token, then log in again with laku login.`,
  )
}

/** Returns the holder of this token, while the token is valid. */
export async function staffOf(laku: Laku, token: string) {
  const { staffByToken } = await import('../../domain/auth/staff/tokens.ts')
  const { db, clock } = laku
  return await db.transaction().execute((tx) => staffByToken(tx, token, clock.now()))
}

/**
 * Returns a token by which the owner of this data folder acts as an administrator. If the folder holds a
 * saved token that is still valid, returns that token. Otherwise makes a token and saves it there.
 */
export async function localAdministrator(laku: Laku): Promise<string> {
  const { dataDir } = laku.config
  const saved = savedToken(dataDir, databaseName(laku))
  if (saved && (await staffOf(laku, saved))) return saved
  const { LOCAL_ADMINISTRATOR, letIn } = await import('../../runtime/environment/let-in.ts')
  const token = await letIn(laku.urls.owner, LOCAL_ADMINISTRATOR)
  if (!token) throw new Error(`${LOCAL_ADMINISTRATOR} is there, and is not this folder's owner`)
  saveToken(dataDir, databaseName(laku), token)
  return token
}
