import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Policy } from '../src/domain/kernel/index.ts'
import type { TestLaku } from './laku.ts'

const launcher = fileURLToPath(new URL('../bin/laku.js', import.meta.url))

/**
 * Returns the environment for a process that works on a test's database with its sandbox. `policy` overrides
 * the default policy.
 */
export function environmentOf(laku: TestLaku, policy: Partial<Policy> = {}): NodeJS.ProcessEnv {
  const { config, urls } = laku
  const settings = join(mkdtempSync(join(tmpdir(), 'laku-chaos-')), 'config.json')
  writeFileSync(settings, JSON.stringify({ policy: { quietFromHour: 0, quietToHour: 0, ...policy } }))
  return {
    PATH: process.env.PATH,
    LAKU_CONFIG: settings,
    LAKU_LOG_LEVEL: 'fatal',
    LAKU_DATA_DIR: config.dataDir,
    LAKU_PUBLIC_URL: config.publicUrl,
    LAKU_ENCRYPTION_KEY: config.encryptionKey.join(','),
    JWT_SECRET: config.jwtSecret[0],
    DATABASE_URL: urls.app,
    XENDIT_API_URL: config.xenditApiUrl,
    BITESHIP_API_URL: config.biteshipApiUrl,
    WHATSAPP_API_URL: config.whatsappApiUrl,
    SMS_API_URL: config.smsApiUrl,
    SMTP_URL: config.smtpUrl,
  }
}

interface Announced {
  /** The address at which the server listens. */
  http?: string
}

/** A `laku serve` or `laku worker` as a process of its own, which is ready. */
export class RunningLaku {
  static readonly #running = new Set<ChildProcess>()
  readonly #process: ChildProcess
  /** The address at which it listens; only a server has one. */
  readonly url: string

  private constructor(child: ChildProcess, { http = '' }: Announced) {
    this.#process = child
    this.url = http
  }

  static worker(env: NodeJS.ProcessEnv): Promise<RunningLaku> {
    return RunningLaku.#start(['worker'], env)
  }

  /** Starts a server. `node` are options for Node itself, such as --cpu-prof. */
  static server(env: NodeJS.ProcessEnv, node: readonly string[] = []): Promise<RunningLaku> {
    return RunningLaku.#start(['serve', '--port', '0', '--host', '127.0.0.1'], env, node)
  }

  static async #start(
    args: string[],
    env: NodeJS.ProcessEnv,
    node: readonly string[] = [],
  ): Promise<RunningLaku> {
    const child = spawn(process.execPath, [...node, launcher, ...args, '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    RunningLaku.#running.add(child)
    child.once('exit', () => RunningLaku.#running.delete(child))
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
      return new RunningLaku(child, JSON.parse(line) as Announced)
    throw new Error(`laku ${args[0]} ended before it was ready (exit code ${child.exitCode})`)
  }

  get pid(): number {
    return this.#process.pid as number
  }

  /** Kills all such processes, so that a failed test leaves none behind. */
  static killAll(): void {
    for (const child of RunningLaku.#running) child.kill('SIGKILL')
  }

  /** Stops the process as if its machine slept: its sockets stay open, and it answers nobody. */
  pause(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }

  /**
   * Ends the process. With SIGKILL it cannot finish anything; with SIGTERM it finishes its work. Returns its
   * exit code; null if it was killed.
   */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const ended = once(this.#process, 'exit')
    this.#process.kill(signal)
    const [exitCode] = (await ended) as [number | null]
    return exitCode
  }
}
