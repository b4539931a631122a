import pg from 'pg'
import type { Config, OwnerConfig } from './config.ts'
import { StartError } from './start-error.ts'

const APP_ROLE = 'laku_app'

export interface DatabaseUrls {
  /** The URL by which laku's server and workers connect to the database, in the application's role. */
  app: string
  /**
   * The URL by which laku connects to the database without PgBouncer. It is needed, because LISTEN needs a
   * dedicated connection.
   */
  direct: string
  /** The URL by which the database's owner connects. Migrations run over this connection. */
  owner: string
  embedded: boolean
}

export interface UrlOptions {
  /** Whether an embedded database may be made in a data folder that holds none. */
  mayMake?: boolean | undefined
}

/**
 * Returns the URLs of the configured database, or else of the data folder's embedded server, which is started
 * if need be. Throws StartError 2 where the data folder holds no database and none may be made.
 */
export async function databaseUrls(
  config: Config | OwnerConfig,
  { mayMake = false }: UrlOptions = {},
): Promise<DatabaseUrls> {
  const { databaseUrl, databaseDirectUrl, databaseOwnerUrl } = config
  if (databaseUrl) {
    const direct = databaseDirectUrl ?? databaseUrl
    return { app: databaseUrl, direct, owner: databaseOwnerUrl ?? direct, embedded: false }
  }
  // The code of the embedded server is loaded only by processes that use the server.
  const { startEmbeddedPostgres } = await import('./embedded-postgres.ts')
  if (!mayMake) (await import('./embedded/require-made.ts')).requireMade(config.dataDir)
  const server = await startEmbeddedPostgres(config.dataDir)
  return { app: server.appUrl, direct: server.appUrl, owner: server.ownerUrl, embedded: true }
}

/**
 * Returns the database URLs for a command of the database's owner. The owner may have only the owner's URL.
 * Then the URL of the application's role is made from it, with the role's usual name and no password.
 */
export async function databaseUrlsOfOwner(
  config: Config | OwnerConfig,
  options: UrlOptions = {},
): Promise<DatabaseUrls> {
  const { databaseUrl, databaseOwnerUrl } = config
  if (databaseUrl || !databaseOwnerUrl) return await databaseUrls(config, options)
  const app = new URL(databaseOwnerUrl)
  app.username = APP_ROLE
  app.password = ''
  return { app: app.toString(), direct: app.toString(), owner: databaseOwnerUrl, embedded: false }
}

/** Returns the role that a URL logs in as; migrations grant rights to this role. */
export function roleOf(url: string): string {
  const role = decodeURIComponent(new URL(url).username)
  return role || pg.defaults.user || 'postgres'
}

/** Returns a database URL that may be shown in a message: without password and parameters. */
export function shownUrl(url: string): string {
  const { protocol, username, host, pathname, searchParams } = new URL(url)
  // If a password contains a slash, the URL parser takes the rest of the password, with the @ behind it, for
  // the path. So a path that contains an @ is not shown.
  const path = pathname.includes('@') ? '/…' : pathname
  return `${protocol}//${username ? `${username}@` : ''}${searchParams.get('host') ?? host}${path}`
}

/**
 * Splits a database URL into the password and the URL without it. The password must not be in a command line,
 * because everybody on the machine could read it there with `ps`.
 */
export function splitPassword(url: string): { address: string; password: string | undefined } {
  const parsed = new URL(url)
  const password = decodeURIComponent(parsed.password) || parsed.searchParams.get('password') || undefined
  parsed.password = ''
  parsed.searchParams.delete('password')
  return { address: parsed.toString(), password }
}

/** Returns the server, port and name of a database, without the role that logs in. */
export function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url)
  return `${searchParams.get('host') ?? host}${pathname}`
}

const oldestVersion = 150_000

/**
 * Checks that the database answers and is new enough, so that a wrong address gives one clear line at the
 * start. Throws StartError 6.
 */
export async function requireDatabase(pool: pg.Pool, url: string): Promise<void> {
  try {
    const { rows } = await pool.query<{ version: string }>(
      "select current_setting('server_version_num') as version",
    )
    if (Number(rows[0]?.version) >= oldestVersion) return
  } catch (error) {
    const why =
      error instanceof Error
        ? error.message || ('code' in error ? String(error.code) : error.name)
        : String(error)
    throw new StartError(
      6,
      `the database ${shownUrl(url)} cannot be used: ${why}; check DATABASE_URL and that the server runs`,
    )
  }
  throw new StartError(6, `the database ${shownUrl(url)} is older than PostgreSQL 15: laku needs 15 or newer`)
}
