import { existsSync, readFileSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join, resolve } from 'node:path'
import { CliError, exitCodes, usageError } from '../errors/cli-error.ts'
import {
  type Contexts,
  isLoopback,
  readContexts,
  type SavedContext,
  serverAddress,
} from './saved-contexts.ts'
import type { StaffServerAddress } from './staff-server.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface ShopFlags {
  server?: string
  context?: string
  databaseUrl?: string
  dataDir?: string
}

/**
 * The shop that a command line means, and the way to reach it: through its staff server. The owner of the
 * shop's host can also reach it through its database.
 */
export type FoundShop =
  | { by: 'server'; staffServer: StaffServerAddress; name: string; knownBy: string }
  | { by: 'database'; why: 'url' | 'folder' }

/** The record that a running `laku up` leaves in its data folder. */
export interface LocalShop {
  server: string
  pid: number
  /**
   * The name of the shop's database. The file of tokens in the data folder saves the shop's token under this
   * name.
   */
  database: string
}

export const localShopFile = (dataDir: string) => join(dataDir, 'shop.json')

/**
 * Returns the shop that the command line means. The sources, in order: --server, --context, LAKU_SERVER, the
 * chosen context, then the shop that runs in this folder. Throws a CliError: exit code 2 if two shops could
 * be meant, 4 if there is none.
 */
export function findShop(flags: ShopFlags, env: Env): FoundShop {
  const given = [
    ['--server', flags.server],
    ['--context', flags.context],
    ['--database-url', flags.databaseUrl],
    ['--data-dir', flags.dataDir],
  ].flatMap(([flag, value]) => (value === undefined ? [] : [flag as string]))
  const shops = given.filter(
    (flag) => flag !== '--data-dir' || given.length === 1 || given[0] !== '--database-url',
  )
  if (shops.length > 1) throw usageError(`${shops.join(' and ')} each name a shop. Give only one of them.`)
  if (flags.databaseUrl !== undefined) return { by: 'database', why: 'url' }
  if (flags.server !== undefined) return byServer(flags.server, '--server', env)
  if (flags.context !== undefined) return byContext(flags.context, '--context', env)
  if (flags.dataDir !== undefined) {
    const running = runsHere(flags.dataDir, env)
    if (!running) requireOneDatabase(flags, env)
    return running ?? inFolder(flags.dataDir, env)
  }
  if (env.LAKU_SERVER) return byServer(env.LAKU_SERVER, 'LAKU_SERVER', env)
  const { current } = readContexts(env)
  if (current !== undefined) {
    if (env.DATABASE_URL)
      throw usageError(
        `DATABASE_URL and the chosen context ${current} each name a shop. Unset DATABASE_URL, or give --context ${current} or --database-url.`,
      )
    return byContext(current, 'the chosen context', env)
  }
  const folder = env.LAKU_DATA_DIR || dataDirOfConfig(env) || '.laku'
  if (env.DATABASE_URL) return runsHere(folder, env, env.DATABASE_URL) ?? { by: 'database', why: 'url' }
  return inFolder(folder, env)
}

function byServer(text: string, called: string, env: Env): FoundShop {
  const server = serverAddress(text, called)
  const given = tokenOf(env)
  const { contexts, current } = given === undefined ? readContexts(env) : legibleContexts(env)
  const known = Object.entries(contexts).filter(([, context]) => context.server === server)
  const saved = known.find(([name]) => name === current) ?? known[0]
  const isOneOfSeveral = known.length > 1 && saved?.[0] !== current
  if (given === undefined && isOneOfSeveral)
    throw usageError(
      `you are logged in at ${server} as several people (${known.map(([name]) => name).join(', ')}): say which with --context`,
    )
  const token = given ?? saved?.[1].token
  if (token === undefined)
    throw new CliError(
      exitCodes.notAllowed,
      'not_logged_in',
      `you are not logged in at ${server}: run "laku login --server ${server}", or set LAKU_TOKEN to your staff token`,
    )
  const name = (isOneOfSeveral ? undefined : saved?.[0]) ?? new URL(server).host
  return {
    by: 'server',
    staffServer: { server, token },
    name,
    knownBy: given === undefined ? 'laku login' : 'LAKU_TOKEN',
  }
}

/**
 * Returns the saved contexts (the shops where the person is logged in), or none if their file cannot be read.
 * An unreadable file is no error. For example, a systemd service with ProtectHome cannot read its home
 * folder. Such a service gets its token from elsewhere, and lacks only the shop's name.
 */
function legibleContexts(env: Env): Contexts {
  try {
    return readContexts(env)
  } catch {
    return { contexts: {} }
  }
}

function byContext(name: string, called: string, env: Env): FoundShop {
  const { contexts } = readContexts(env)
  const saved: SavedContext | undefined = Object.hasOwn(contexts, name) ? contexts[name] : undefined
  if (!saved) {
    const known = Object.keys(contexts).join(', ') || 'none'
    throw usageError(`there is no context ${name} (known: ${known}). Make it with laku login --server URL.`)
  }
  const token = tokenOf(env)
  if (token !== undefined && token !== saved.token)
    throw usageError(
      `LAKU_TOKEN and ${called} ${name} both say who you are. Unset LAKU_TOKEN, or name the shop of that token with LAKU_SERVER.`,
    )
  return {
    by: 'server',
    staffServer: { server: saved.server, token: saved.token },
    name,
    knownBy: 'laku login',
  }
}

/**
 * Refuses --data-dir beside a database that the environment names: laku would open that database, and not the
 * one of the folder. Throws a CliError, exit code 2.
 */
export function requireOneDatabase({ dataDir, databaseUrl }: ShopFlags, env: Env): void {
  if (dataDir === undefined || databaseUrl !== undefined) return
  const { databaseUrl: ofConfig, databaseOwnerUrl: ofOwner } = configOf(env)
  const other =
    ['DATABASE_URL', 'DATABASE_OWNER_URL'].find((name) => env[name] || env[`${name}_FILE`]) ??
    (ofConfig || ofOwner ? 'LAKU_CONFIG' : undefined)
  if (other === undefined) return
  throw usageError(`--data-dir and ${other} each name a shop. Unset ${other}, or leave --data-dir out.`)
}

/** Finds the shop that runs in a folder, or the embedded database in that folder. */
function inFolder(folder: string, env: Env): FoundShop {
  const running = runsHere(folder, env)
  if (running) return running
  if (existsSync(join(folder, 'postgres')) || existsSync(folder) || isExplicit(folder, env))
    return { by: 'database', why: 'folder' }
  throw new CliError(
    exitCodes.notAllowed,
    'not_logged_in',
    'no shop is chosen: run "laku login --server URL", set LAKU_SERVER and LAKU_TOKEN, or start one in this folder with "laku up"',
  )
}

/**
 * Returns whether the person named the data folder on purpose. If they did, a fault in that folder is
 * reported to them.
 */
const isExplicit = (folder: string, env: Env) => env.LAKU_DATA_DIR === folder || folder !== '.laku'

/**
 * Returns the record of the shop in a data folder, if the process that wrote the record still runs. While the
 * shop starts or stops, its record has no address, and is not returned.
 */
function recordedShop(folder: string): LocalShop | undefined {
  const shop = readJson<Partial<LocalShop>>(localShopFile(folder))
  if (shop?.server === undefined || shop.database === undefined || shop.pid === undefined) return undefined
  const { server, pid, database } = shop
  return isAlive(pid) ? { server, pid, database } : undefined
}

function runsHere(folder: string, env: Env, databaseUrl?: string): FoundShop | undefined {
  const shop = recordedShop(folder)
  if (!shop) return undefined
  if (databaseUrl !== undefined && shop.database !== placeOf(databaseUrl)) return undefined
  const doubt = doubtAbout(shop, localShopFile(folder))
  if (doubt !== undefined) throw usageError(`${localShopFile(folder)} is not followed: ${doubt}`)
  const token =
    tokenOf(env) ??
    readJson<{ tokens?: Record<string, string> }>(join(folder, 'credentials.json'))?.tokens?.[shop.database]
  if (token === undefined) return undefined
  const knownBy = tokenOf(env) ? 'LAKU_TOKEN' : 'laku up'
  return { by: 'server', staffServer: { server: shop.server, token }, name: resolve(folder), knownBy }
}

/**
 * Returns the reason not to trust the record of a running shop; undefined if it can be trusted. laku sends a
 * token to the server that the record names. So this server must be on this machine, and no other user may be
 * able to write the record.
 */
function doubtAbout({ server }: LocalShop, file: string): string | undefined {
  const { uid, mode } = statSync(file)
  const isOwn = process.getuid === undefined || uid === process.getuid() || uid === 0
  if (!isOwn || (process.platform !== 'win32' && (mode & 0o022) !== 0))
    return 'somebody else may have written it; name the shop with --server'
  const host = URL.canParse(server) ? new URL(server).hostname : ''
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.map((network) => network.address),
  )
  if (isLoopback(host) || addresses.includes(host.replace(/^\[|\]$/g, ''))) return undefined
  return `its server ${server} is not on this machine; name the shop with --server`
}

/**
 * Returns the name of a database, under which its token is saved. The name is the database's URL without
 * role, password and parameters.
 */
function placeOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, host, pathname, searchParams } = new URL(url)
  return `${protocol}//${searchParams.get('host') ?? host}${pathname}`
}

/** Returns the token in LAKU_TOKEN, or in the file or the systemd credential that holds the token. */
function tokenOf(env: Env): string | undefined {
  if (env.LAKU_TOKEN) return env.LAKU_TOKEN
  const file =
    env.LAKU_TOKEN_FILE || (env.CREDENTIALS_DIRECTORY && join(env.CREDENTIALS_DIRECTORY, 'LAKU_TOKEN'))
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch (error) {
    if (!env.LAKU_TOKEN_FILE) return undefined
    throw usageError(
      `LAKU_TOKEN_FILE is ${file}: it cannot be read (${(error as NodeJS.ErrnoException).code})`,
    )
  }
}

function dataDirOfConfig(env: Env): string | undefined {
  const { dataDir } = configOf(env)
  return typeof dataDir === 'string' ? dataDir : undefined
}

/** Returns the settings of the config file; none if there is no such file, or if it is damaged. */
const configOf = (env: Env) => (env.LAKU_CONFIG && readJson<Record<string, unknown>>(env.LAKU_CONFIG)) || {}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Returns whether a process with this number runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
