import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
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
 * if the file is damaged or other users may read it.
 */
export function readContexts(env: Env): Contexts {
  const path = fileOf(env)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
      throw usageError(`other users can read ${path}, which holds your tokens. Run chmod 600 ${path}`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return { contexts: {} }
    if (error instanceof CliError) throw error
    throw unreadable(path, String(code))
  }
  try {
    const { current, contexts } = JSON.parse(text) as Partial<Contexts>
    if (typeof contexts !== 'object' || contexts === null) throw new Error()
    return { ...(typeof current === 'string' && { current }), contexts }
  } catch {
    throw unreadable(path, 'it is damaged')
  }
}

const unreadable = (path: string, why: string) =>
  new CliError(exitCodes.usage, 'contexts', `${path} cannot be read (${why}): fix or remove it`)

/**
 * Reads the contexts (shops, and the person's tokens there), changes them, and writes them to their file,
 * whole or not at all. No other user may read the file (0600). Only one process at a time does this, so that
 * two log-ins at the same moment keep both contexts. If `change` throws, the file stays as it is.
 */
export function changeContexts(env: Env, change: (contexts: Contexts) => Contexts): void {
  const folder = configFolder(env)
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  withLock(fileOf(env), () => {
    const contexts = change(readContexts(env))
    const aside = `${fileOf(env)}.${process.pid}`
    writeFileSync(aside, `${JSON.stringify(contexts, undefined, 2)}\n`, { mode: 0o600 })
    chmodSync(aside, 0o600)
    renameSync(aside, fileOf(env))
  })
}

/**
 * Returns a server's address in the form that is saved and compared: `https://ops.example/`. Throws a usage
 * error if a token would travel to this address unencrypted.
 */
export function serverAddress(text: string, called: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw usageError(`${called} is "${text}", which is not an address. Give one like https://ops.example.`)
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
