import { resolve } from 'node:path'
import type { Actor, Work } from '../../domain/kernel/index.ts'
import {
  type Config,
  type Flags,
  loadConfig,
  loadOwnerConfig,
  type OwnerConfig,
} from '../../runtime/config.ts'
import type { Laku } from '../../runtime/laku.ts'
import type { Providers } from '../../runtime/providers.ts'
import { CliError, type ExitCode, exitCodes } from '../errors/cli-error.ts'
import { type Files, ownFiles } from '../input/files.ts'
import { Output, type OutputOptions } from '../output/output.ts'
import { Progress } from '../output/progress.ts'
import { requireInstant } from '../output/times.ts'
import { type Prompts, terminalPrompts } from '../prompts/prompts.ts'

/** The flags that every command takes. */
export interface GlobalFlags {
  json?: boolean
  yes?: boolean
  quiet?: boolean
  color?: boolean
  dataDir?: string
  databaseUrl?: string
  server?: string
  context?: string
  wait?: string
  idempotencyKey?: string
  debug?: boolean
}

export interface ContextOptions {
  streams?: Pick<OutputOptions, 'stdout' | 'stderr' | 'env' | 'emit' | 'ready'>
  files?: Files
  /** Receives the command's exit code. Without this function, this process ends with that exit code. */
  exitWith?: (code: ExitCode) => void
  /** The source of the client's identity (`LAKU_TOKEN` or `laku login`), for commands that print it. */
  knownBy?: string | undefined
  /** The code of a second factor that came with the command. */
  code?: string | undefined
  /** The signal that is aborted when somebody stops the work of the command. */
  signal?: AbortSignal
  /** Stores the answer of a change in the transaction that makes the change. */
  keep?: (work: Work, answer: KeptAnswer) => Promise<void>
  prompts?: Prompts
  /**
   * An instance of laku that is open already. The command does not close this instance, because the caller
   * that passed it will close it. For example, tests do so.
   */
  laku?: Laku
  actor?: Actor
}

/** The whole answer of a command that changes data, as laku stores it for a repetition of the command. */
export interface KeptAnswer {
  value: unknown
  text: string
  exitCode: ExitCode
}

// The command needs two database connections. One runs its transactions, one after another. The other reads
// the time for laku's clock.
const POOL_SIZE = 2

/**
 * The surroundings of a command. The configuration, the database and the person who gives the command are
 * looked up when first needed.
 */
export class CommandContext {
  readonly flags: GlobalFlags
  readonly output: Output
  readonly progress: Progress
  /**
   * The means of asking the person; undefined if nobody may be asked: off a terminal, with --yes, with
   * --json.
   */
  readonly prompts: Prompts | undefined
  readonly files: Files
  readonly #given: ContextOptions
  #laku: Promise<Laku> | undefined
  #actor: Promise<Actor> | undefined

  constructor(flags: GlobalFlags, options: ContextOptions = {}) {
    const { json = false, quiet = false, yes = false, color = true } = flags
    this.flags = flags
    this.#given = options
    this.output = new Output({ json, quiet, color, ...options.streams })
    this.progress = new Progress(this.output, () => this.throwIfStopped())
    this.files = options.files ?? ownFiles
    const prompts =
      options.prompts ?? (process.stdin.isTTY && process.stderr.isTTY ? terminalPrompts : undefined)
    this.prompts = yes || json ? undefined : prompts
  }

  /** Whether a server runs the command, for a person whose identity the server has checked. */
  get isServed(): boolean {
    return this.#given.actor !== undefined
  }

  get code(): string | undefined {
    return this.#given.code
  }

  get knownBy(): string | undefined {
    return this.#given.knownBy
  }

  /**
   * Sets an exit code that is not the code of a failure: 7 if the work was done in part, 8 if a check found
   * something.
   */
  exitWith(code: ExitCode): void {
    if (this.#given.exitWith) this.#given.exitWith(code)
    else process.exitCode = code
  }

  /**
   * Throws a CliError, exit code 7, if somebody stopped the work. Long work calls this between two of its
   * steps.
   */
  throwIfStopped(): void {
    if (this.#given.signal?.aborted)
      throw new CliError(
        exitCodes.partly,
        'stopped',
        'the work was stopped. What was done before stays done.',
      )
  }

  /**
   * Stores the answer of a change in the change's own transaction: a repeated request with the same
   * idempotency key gets this answer.
   */
  async keep(work: Work, answer: KeptAnswer): Promise<void> {
    await this.#given.keep?.(work, answer)
  }

  /**
   * Returns the configuration, in which the command's own flags override the global flags. Throws
   * ConfigError.
   */
  config(own: Flags = {}): Config {
    const { dataDir, databaseUrl } = this.flags
    return loadConfig({ env: process.env, flags: { dataDir, databaseUrl, ...own } })
  }

  /**
   * Returns only the part of the configuration that a command of the database's owner needs. Throws
   * ConfigError.
   */
  ownerConfig(own: Flags = {}): OwnerConfig {
    const { dataDir, databaseUrl } = this.flags
    return loadOwnerConfig({ env: process.env, flags: { dataDir, databaseUrl, ...own } })
  }

  /** Returns the configuration without opening a database. Throws ConfigError. */
  settings(): Config {
    return this.#given.laku?.config ?? this.config()
  }

  /**
   * Returns laku with its database. The first call opens the database, and starts it if it is the embedded
   * one.
   */
  laku(): Promise<Laku> {
    this.#laku ??= this.#given.laku ? Promise.resolve(this.#given.laku) : this.#open()
    return this.#laku
  }

  /**
   * Tells whether `laku` has a database to open: one that is configured, or the embedded one of the data
   * folder.
   */
  async hasDatabase(): Promise<boolean> {
    if (this.#given.laku) return true
    const { databaseUrl, dataDir } = this.config()
    if (databaseUrl !== undefined) return true
    const { isMade } = await import('../../runtime/embedded/require-made.ts')
    return isMade(dataDir)
  }

  async #open(): Promise<Laku> {
    const { openLaku } = await import('../../runtime/open-laku.ts')
    return await openLaku(this.config(), { name: 'command', poolSize: POOL_SIZE, providers: false })
  }

  /** Returns the clients of the providers, for a command that asks a provider. */
  async providers(): Promise<Providers> {
    if (this.#given.laku) return this.#given.laku.providers
    const { loadProviders } = await import('../../runtime/open-laku.ts')
    const { config, db } = await this.laku()
    return await loadProviders(config, db)
  }

  /**
   * Returns the person who gives the command, by their token. Throws a CliError with exit code 4 where nobody
   * is logged in.
   */
  actor(): Promise<Actor> {
    this.#actor ??= this.#given.actor ? Promise.resolve(this.#given.actor) : this.#identify()
    return this.#actor
  }

  async #identify(): Promise<Actor> {
    const { identify } = await import('./actor.ts')
    return await identify(await this.laku())
  }

  /**
   * Runs a use case that only reads, as the person who gives the command. Their role was checked before
   * (src/runtime/who-may.ts).
   */
  async read<T>(use: (work: Work) => Promise<T>): Promise<T> {
    const { requireStaff } = await import('../../domain/kernel/index.ts')
    const laku = await this.laku()
    const actor = await this.actor()
    requireStaff(actor, 'support', 'warehouse', 'finance', 'agent', 'service')
    return await laku.unitOfWork.read(actor, use)
  }

  /**
   * Returns the instant that an option's text names, by laku's clock. Throws a usage error that lists the
   * accepted forms.
   */
  async instant(text: string, flag: string): Promise<Date> {
    const { clock } = await this.laku()
    return requireInstant(text, flag, clock.now())
  }

  /** Returns the data folder, which holds the embedded database and the saved tokens. */
  dataDir(): string {
    return resolve(this.config().dataDir)
  }

  async close(): Promise<void> {
    this.progress.end()
    if (this.#given.laku) return
    // A failure to open laku has already ended the command, so `close` ignores that failure.
    const laku = await this.#laku?.catch(() => undefined)
    await laku?.close()
  }
}
