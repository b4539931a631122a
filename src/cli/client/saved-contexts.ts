import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CliError, exitCodes, usageError } from '../errors/cli-error.ts'
import { withLock } from './file-lock.ts'

/** A shop at which a person is logged in, with its address and the person's token. */
export interface SavedContext {
  server: string
  token: string
  /** The person's name in this shop, as its server reported it. */
  staff?: string
}

export interface Contexts {
  /**
   * The name of the chosen context. A command that names no shop uses the shop and the token of this context.
   */
  current?: string
  contexts: Record<string, SavedContext>
}

type Env = Readonly<Record<string, string | undefined>>

/** Returns laku's folder in the person's configuration folder (XDG Base Directory Specification). */
export function configFolder(env: Env): string {
  const own = env.XDG_CONFIG_HOME
  return join(own?.startsWith('/') ? own : join(env.HOME || homedir(), '.config'), 'laku')
}

const fileOf = (env: Env) => join(configFolder(env), 'contexts.json')

/**
 * Reads the contexts (shops, and the person's tokens there) from their file. Throws a CliError, exit code 2,
 * if the file is damaged, belongs to another user, or other users may read it.
 */
export function readContexts(env: Env): Contexts {
  const path = fileOf(env)
  let text: string
  try {
    const { mode, uid } = requireFile(path, statSync(path))
    text = readFileSync(path, 'utf8')
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw usageError(`other users can read ${path}, which holds your tokens. Run chmod 600 ${path}`)
    // Only root can read such a file of another user, for example under sudo with the HOME of that user.
    if (process.getuid !== undefined && uid !== process.getuid())
      throw usageError(`${path} is not used, because it belongs to another user. Run laku as that user.`)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { contexts: {} }
    if (error instanceof CliError) throw error
    throw unreadable(path, String(code))
  }
  let saved: Partial<Contexts> | null
  try {
    saved = JSON.parse(text) as Partial<Contexts> | null
  } catch {
    throw unreadable(path, 'it is damaged')
  }
  const { current, contexts } = saved ?? {}
  if (typeof contexts !== 'object' || contexts === null || Array.isArray(contexts))
    throw unreadable(path, 'it is damaged')
  return {
    ...(typeof current === 'string' && { current }),
    contexts: Object.fromEntries(
      Object.entries(contexts).map(([name, context]) => [name, requireContext(path, name, context)]),
    ),
  }
}

/** Refuses a pipe or a device in the place of the file: the client would wait for its writer for ever. */
function requireFile(path: string, stat: Stats): Stats {
  if (stat.isFile()) return stat
  throw unreadable(path, 'it is no file')
}

/**
 * Returns a context of the file, with its address in the form that is compared. A person may have edited the
 * file, so the types are checked, and also that the token travels encrypted.
 */
function requireContext(path: string, name: string, context: unknown): SavedContext {
  const { server, token, staff } = (context ?? {}) as Partial<Record<keyof SavedContext, unknown>>
  if (typeof server !== 'string' || typeof token !== 'string')
    throw unreadable(path, `the context ${name} is damaged`)
  try {
    const saved = { server: serverAddress(server, 'its server'), token }
    return typeof staff === 'string' ? { ...saved, staff } : saved
  } catch (error) {
    throw unreadable(path, `the context ${name} is damaged, because ${(error as CliError).message}`)
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

const unreadable = (path: string, why: string) =>
  new CliError(exitCodes.usage, 'contexts', `${path} cannot be read (${why}): fix or remove it`)

/**
 * Reads the contexts (shops, and the person's tokens there), changes them, and writes them to their file,
 * whole or not at all. No other user may read the file (0600). Only one process at a time does this, so that
 * two log-ins at the same moment keep both contexts. If `change` throws, the file stays as it is. Throws a
 * CliError, exit code 2, if the file cannot be written.
 */
export function changeContexts(env: Env, change: (contexts: Contexts) => Contexts): void {
  const folder = configFolder(env)
  const path = fileOf(env)
  const aside = `${path}.${process.pid}`
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
    withLock(path, () => {
      const contexts = change(readContexts(env))
      try {
        writeFileSync(aside, `${JSON.stringify(contexts, undefined, 2)}\n`, { mode: 0o600 })
        chmodSync(aside, 0o600)
        renameSync(aside, path)
      } catch (error) {
        rmSync(aside, { force: true })
        throw error
      }
    })
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof CliError || typeof code !== 'string') throw error
    throw new CliError(
      exitCodes.usage,
      'contexts',
      `${path} cannot be written (${code}), so your shops stay as they were. Let this user write there, or name another folder with XDG_CONFIG_HOME.`,
    )
  }
}

/**
 * Returns a server's address in the form that is saved and compared: `https://ops.example/`. Throws a usage
 * error if a token would travel to this address unencrypted.
 */
export function serverAddress(text: string, called: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.username || url?.password || url?.search || url?.hash)
    throw usageError(
      `${called} may hold no name, password or parameter, because your token says who you are. Give an address like https://ops.example.`,
    )
  if (!url || !/^https?:$/.test(url.protocol)) {
    // A text with one of these signs may hold a password, so it is not shown.
    const shown = /[@?#]/.test(text) ? 'a text' : `"${text}"`
    throw usageError(`${called} is ${shown}, which is not an address. Give one like https://ops.example.`)
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw usageError(
      `${called} is ${text}, but your token may be sent only by https or to this machine. Give an address with https://`,
    )
  return url.href.replace(/\/+$/, '')
}

/**
 * Whether the host name of an address means this machine itself, like `localhost`. Other names do not count,
 * because a network could give them to another machine.
 */
export const isLoopback = (hostname: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
